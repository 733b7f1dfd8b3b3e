import Basics
import Foundation
import Images
import TestSupport
import Testing

@Suite("Files that are no image") struct DamagedFileTests {
  private func failure(_ data: Data) -> String {
    errorText { _ = try PixelImage.decode(data, channels: 1, path: "images/7.png") }
  }

  @Test(
    "A missing, empty or other file is named with what it looks like",
    arguments: [
      ("", "is empty"), ("GIF89a......", "GIF"), ("II*\0........", "TIFF"), ("BM......", "BMP"),
      ("RIFF1234WEBPVP8 ", "WebP"),
      ("%PDF-1.7", "PDF"), ("<!DOCTYPE html><html>", "web page"), ("id,image,text\n", "text"),
      ("version https://git-lfs.github.com/spec/v1", "Git LFS"), ("P5 3 3 255 ", "PNM"),
      ("\u{1}\u{2}\u{3}", "01 02 03"), ("\0\0\0\0", "zero bytes"),
    ])
  func other(start: String, look: String) {
    let text = failure(Data(start.utf8))
    #expect(text.hasPrefix("images/7.png: ") && text.contains(look), "\(text)")
    #expect(text.contains("expected a PNG, JPEG or DICOM image"))
  }

  @Test("A missing file and a folder are named")
  func missing() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/absent.png"
      #expect(errorText { _ = try PixelImage.load(path: path) } == "\(path): no such file")
      #expect(errorText { _ = try PixelImage.load(path: folder) }.contains("is a folder"))
    }
  }

  @Test(
    "A file that ends early is an error wherever it ends",
    arguments: [
      "grey8", "rgba8-interlaced", "palette4", "jpeg-420", "jpeg-progressive", "jpeg-grey",
    ])
  func truncated(name: String) throws {
    let whole = try Fixtures.file(name)
    #expect(failure(whole).isEmpty)
    for count in 1..<whole.count {
      let text = failure(whole.prefix(count))
      #expect(!text.isEmpty, "\(count) of \(whole.count) bytes were read as an image")
      if count > 40 && !name.hasPrefix("jpeg") { #expect(text.contains("truncated"), "\(text)") }
    }
    #expect(failure(whole.prefix(whole.count * 2 / 3)).contains("truncated"))
  }

  @Test("A flipped bit in image data or header is an error")
  func checksums() throws {
    let whole = try Fixtures.file("grey8")
    let data = try #require(whole.range(of: Data("IDAT".utf8))).lowerBound
    for place in [data + 8, whole.count - 14, 25] {
      var broken = whole
      broken[place] ^= 4
      let text = failure(broken)
      #expect(text.contains("the PNG is damaged: libpng: "), "\(place): \(text)")
    }
  }

  @Test(
    "Impossible sizes are refused before memory is taken",
    arguments: [
      (0, 5, "no pixels", "0 x 5"), (5, 0, "no pixels", "5 x 0"),
      (2_147_483_647, 2_147_483_647, "too large", "2147483647 x 2147483647"),
      (65501, 1, "too large", "65501 x 1"), (65500, 65500, "too large", "65500 x 65500"),
      (16000, 16000, "truncated", "can't hold the 16000 x 16000"),
    ])
  func sizes(width: Int, height: Int, kind: String, sizes: String) throws {
    var file = try Fixtures.file("grey8")
    for (offset, value) in [(16, width), (20, height)] {
      for byte in 0..<4 { file[offset + byte] = UInt8(value >> (24 - 8 * byte) & 255) }
    }
    let text = failure(file)
    #expect(text.contains(kind) && text.contains(sizes), "\(text)")
  }

  @Test("A JPEG of impossible size is refused", arguments: [(0, 9), (65535, 65535), (65535, 4)])
  func jpegSizes(width: Int, height: Int) throws {
    var file = try Fixtures.file("jpeg-grey")
    let frame = try #require(file.range(of: Data([0xff, 0xc0]))).lowerBound
    for (offset, value) in [(5, height), (7, width)] {
      file[frame + offset] = UInt8(value >> 8)
      file[frame + offset + 1] = UInt8(value & 255)
    }
    #expect(failure(file).contains("the JPEG "))
  }

  @Test("A palette that is not there is an error")
  func palette() {
    let text = failure(Fixtures.all.paletteMissing)
    #expect(text.contains("the PNG is damaged: libpng: ") && text.contains("PLTE"), "\(text)")
  }

  @Test("A JPEG with thousands of scans is refused")
  func scans() throws {
    let file = try Fixtures.file("jpeg-progressive")
    // The first scan over and over: up to the marker of the next tables or scan behind it.
    let scan = try #require(file.range(of: Data([0xff, 0xda]))).lowerBound
    let end = try #require(
      file.indices.dropFirst(scan + 2).first { file[$0] == 0xff && file[$0 + 1] >= 0xc0 })
    var bomb = file.prefix(end)
    for _ in 0..<3000 { bomb += file[scan..<end] }
    bomb += file[end...]
    let text = failure(bomb)
    #expect(text.contains("too large") && text.contains("scans"), "\(text)")
  }

  @Test("Bytes flipped by chance never crash and never give a wrong size")
  func flipped() throws {
    var random = RandomStream(seed: 5)
    for fixture in Fixtures.all.files {
      for _ in 0..<40 {
        var file = fixture.file
        for _ in 0..<(1 + random.below(3)) {
          file[random.below(file.count)] = UInt8(random.below(256))
        }
        guard let image = try? PixelImage.decode(file, channels: 1) else { continue }
        #expect(image.pixels.count == image.width * image.height)
      }
    }
  }
}
