import Basics
import Foundation
import Images
import Testing

@testable import NearDuplicates

@Suite("Pictures that are nearly the same")
struct NearPicturesTests {
  @Test(
    "A changed copy is linked, with what was done to it",
    arguments: [
      Planted("mirrored", isMirrored: true), Planted("turned", degrees: 5),
      Planted("turned back", degrees: -4), Planted("cropped", crop: 0.1),
      Planted("gamma", gamma: 0.6), Planted("gamma up", gamma: 1.6),
      Planted("cropped and turned", degrees: 3, crop: 0.07),
      Planted("mirrored and cropped", isMirrored: true, crop: 0.08),
    ])
  func planted(_ change: Planted) throws {
    let original = SyntheticPicture(seed: 7)
    let pictures = [
      PictureSignature(SyntheticPicture(seed: 1).image()), PictureSignature(original.image()),
      PictureSignature(SyntheticPicture(seed: 2).image()), PictureSignature(original.image(change)),
    ]
    let found = try NearPictures(pictures)
    #expect(found.links.map { [$0.first, $0.second] } == [[1, 3]], "\(found.links)")
    let transform = try #require(found.links.first).transform
    #expect(transform.isMirrored == change.isMirrored)
    #expect(abs(transform.rotation - change.degrees) < 0.5, "\(transform)")
    let shown = (1 - 2 * change.crop) * (1 - 2 * change.crop)
    #expect(abs(transform.shownOfFirst - shown) < 0.04, "\(transform)")
    #expect(found.groups == [[1, 3]])
  }

  @Test("A signature that was sent is the same, of a blank picture, too")
  func bytes() throws {
    let blank = PixelImage(
      width: 90, height: 120, channels: 1, pixels: [UInt8](repeating: 77, count: 10_800))
    for picture in [SyntheticPicture(seed: 3).image(), blank] {
      let signature = PictureSignature(picture)
      #expect(signature.isFeatureless == (picture == blank))
      #expect(PictureSignature(bytes: signature.bytes) == signature)
    }
  }

  @Test("Different pictures are not linked, and blank ones are counted and linked to nothing")
  func different() throws {
    let blank = PixelImage(
      width: 90, height: 120, channels: 1, pixels: [UInt8](repeating: 77, count: 10_800))
    let pictures: [PictureSignature?] =
      (0..<12).map { PictureSignature(SyntheticPicture(seed: $0).image()) }
      + [PictureSignature(blank), nil, PictureSignature(blank)]
    let found = try NearPictures(pictures)
    #expect(found.links.isEmpty && found.groups.isEmpty)
    #expect(found.featureless == [12, 14])
  }

  @Test("Any number of threads gives the same links")
  func threads() throws {
    let pictures = (0..<10).map { index -> PictureSignature? in
      PictureSignature(
        SyntheticPicture(seed: index / 2).image(index % 2 == 0 ? nil : Planted("", degrees: 2)))
    }
    let one = try NearPictures(pictures, threads: 1)
    #expect(one.groups == [[0, 1], [2, 3], [4, 5], [6, 7], [8, 9]])
    #expect(try NearPictures(pictures, threads: 2) == one)
    #expect(try NearPictures(pictures) == one)
  }

  @Test("A hundred copies of one picture are one group, with links and comparisons that are capped")
  func copies() throws {
    let copy = PictureSignature(SyntheticPicture(seed: 3).image())
    let found = try NearPictures([PictureSignature?](repeating: copy, count: 100))
    #expect(found.groups == [Array(0..<100)])
    #expect(found.compared <= 100 * HashIndex.mostCandidates)
    #expect(found.links.count <= 100 * HashIndex.mostCandidates)
    // Of each hash the first 32 are looked up.
    #expect(found.unreadHashes == copy.hashes.count * (100 - HashIndex.mostEntries))
  }

  @Test("A mirrored hash is the hash with the bits of odd horizontal frequencies turned")
  func mirrored() throws {
    let picture = SyntheticPicture(seed: 5)
    let plain = PictureSignature(picture.image())
    let turned = PictureSignature(picture.image(Planted("", isMirrored: true)))
    let first = try #require(plain.hashes.first)
    let alike = turned.hashes.filter { other in
      let bits = other.bits ^ LocalHash.mirrored ^ first.bits
      return bits.nonzeroBitCount <= 4
    }
    let places = alike.map { [Float(turned.width) - $0.x - first.x, $0.y - first.y] }
    #expect(places.contains { $0.allSatisfy { abs($0) < 1 } }, "\(places)")
    #expect(LocalHash.mirrored.nonzeroBitCount == 32)
  }

  @Test(
    "The probes of a hash are its key with none, one or two of six weak bits turned, all different")
  func probes() {
    var weak: UInt32 = 0
    for place in 0..<6 { weak |= UInt32(place * 3) << UInt32(5 * place) }
    let probes = LocalHash.probes(0b1011, weak: weak)
    #expect(Set(probes).count == 22 && probes.count == 22)
    #expect(probes.allSatisfy { ($0 ^ 0b1011).nonzeroBitCount <= 2 })
    #expect(probes.contains(0b1011 ^ 1 ^ 8))
  }
}
