import Basics
import Foundation
import Images
import TestSupport
import Testing

@testable import Training

@Suite("Pictures that are cropped")
struct CroppedPicturesTests {
  /// The beginning of a JPEG file of these sides, behind a segment of its own.
  private func jpeg(width: UInt16, height: UInt16) -> Data {
    func two(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 255)] }
    let application: [UInt8] = [0xff, 0xe0] + two(6) + [1, 2, 3, 4]
    let frame: [UInt8] = [0xff, 0xc2] + two(11) + [8] + two(height) + two(width) + [1, 1, 0x11, 0]
    return Data([0xff, 0xd8] + application + [0xff] + frame)
  }

  @Test("Sides are read from headers of PNG and JPEG; what is no picture has none")
  func sizes() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a"
      try PixelImage(width: 5, height: 3, channels: 1, pixels: [UInt8](repeating: 9, count: 15))
        .savePNG(path: path)
      #expect(PictureSize(path: path).map { [$0.width, $0.height] } == [5, 3])
      try jpeg(width: 700, height: 300).write(to: URL(fileURLWithPath: path))
      #expect(PictureSize(path: path).map { [$0.width, $0.height] } == [700, 300])
      for bytes in [[], [0xff, 0xd8, 0xff], [0xff, 0xd8, 0xff, 0xe0, 0xff, 0xff], [1, 2]]
        as [[UInt8]]
      {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        #expect(PictureSize(path: path) == nil)
      }
      #expect(PictureSize(path: "\(folder)/none") == nil)
    }
  }

  @Test(
    "Many long pictures under crop are said with counts; few, square ones and other fits are not")
  func notes() throws {
    try withTemporaryFolder { folder in
      func file(_ name: String, _ width: UInt16, _ height: UInt16) throws -> String {
        try jpeg(width: width, height: height).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
        return "\(folder)/\(name)"
      }
      let long = try file("long", 200, 100)
      let tall = try file("tall", 100, 400)
      let square = try file("square", 110, 100)
      var branch = try SmallPair().image
      branch.name = "net"
      let note = try #require(CroppedPictures.note(on: [long, square, nil, tall], branch))
      #expect(note.contains("of 2 of the 3 pictures more than 20 % of the area"), "\(note)")
      #expect(
        note.contains("(62 % in the mean, at most 75 %)") || note.contains("(63 % in"), "\(note)")
      #expect(
        CroppedPictures.note(on: [long] + [String](repeating: square, count: 30), branch) == nil)
      #expect(CroppedPictures.note(on: square, branch) == nil)
      #expect(CroppedPictures.note(on: long, branch)?.contains("50 % of its area") == true)
      branch.preprocessing.fit = .pad
      #expect(CroppedPictures.note(on: [long, tall], branch) == nil)
    }
  }
}
