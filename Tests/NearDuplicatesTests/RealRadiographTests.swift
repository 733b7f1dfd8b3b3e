import Foundation
import Images
import NearDuplicates
import TestSupport
import Testing

@Suite("Near-duplicates among real radiographs")
struct RealRadiographTests {
  @Test(
    "Crops and mirrored copies of radiographs are found, and no two patients are linked",
    .enabled(if: dataFolder != nil, "the radiographs of ../shared/data are not here"))
  func radiographs() throws {
    let folder = "\(try #require(dataFolder))/chestxray14/images"
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    // The digits before "_" are the patient.
    var patients: Set<Substring> = []
    let chosen = names.filter { patients.insert($0.prefix { $0 != "_" }).inserted }.prefix(10)
    let images = try chosen.map { try PixelImage.load(path: "\(folder)/\($0)", channels: 1) }
    let crops = images.map { image in
      image.centreCropped(width: image.width * 82 / 100, height: image.height * 84 / 100)
    }
    let found = try NearPictures(
      (images + crops + images.map(mirrored)).map { PictureSignature($0) })
    let count = images.count
    #expect(found.groups == (0..<count).map { [$0, $0 + count, $0 + 2 * count] })
    for link in found.links where link.second >= 2 * count {
      #expect(link.transform.isMirrored)
    }
  }

  private func mirrored(_ image: PixelImage) -> PixelImage {
    let rows = stride(from: 0, to: image.pixels.count, by: image.width)
    return PixelImage(
      width: image.width, height: image.height, channels: 1,
      pixels: rows.flatMap { image.pixels[$0..<$0 + image.width].reversed() })
  }
}
