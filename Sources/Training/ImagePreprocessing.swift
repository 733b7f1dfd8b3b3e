import Basics
import DICOM
import EncoderKit
import Images
import Registry

/// How a picture is brought to the shape that an encoder reads.
package struct ImagePreprocessing: Sendable, Equatable {
  /// How a picture that is not square becomes so.
  package enum Fit: String, Sendable, CaseIterable {
    /// The shorter side is brought to the size, the middle is kept.
    case crop
    /// Black borders make it square first; nothing is lost.
    case pad
    /// Both sides are brought to the size; proportions change.
    case stretch
  }

  /// The side of the square, in pixels.
  package var size: Int
  /// 1 (grey) or 3 (colour).
  package var channels: Int
  /// What the shorter side is brought to before the middle of `size` is kept; `size` keeps all of it.
  package var resize: Int
  package var fit: Fit
  /// How DICOM files become pictures.
  package var dicom: DICOMReading

  /// Takes `size`, `channels`, `resize`, `fit`, `window` and `frame` out of a branch's object; what is left out is as the
  /// weights' images were.
  ///
  /// - Throws: `ZooError` for a value out of range.
  init(_ object: inout JSONObject, weights: WeightImages?) throws {
    size = try object.integer("size", in: 16...2048, default: weights?.size ?? 224)
    channels = try object.integer("channels", in: 1...3, default: weights?.channels ?? 1)
    guard channels != 2 else {
      throw ZooError(.badValue, "channels is 2; expected 1 (grey) or 3 (colour)", at: object.place)
    }
    let side = size
    resize =
      try object.value("resize")?.integer(in: side...4096)
      ?? weights.map { side * $0.resize / $0.size } ?? side
    fit = try object.choice("fit", default: .crop)
    dicom = try DICOMReading(&object)
  }

  /// What an encoder is built for.
  package var input: ImageInput { ImageInput(size: size, channels: channels) }

  /// What a specification says of DICOM files, where it is not the default.
  package var dicomMembers: [(key: String, value: JSONValue)] { dicom.members }

  /// The numbers of a picture that was fitted.
  package var count: Int { size * size * channels }

  /// Reads a file in the channels of the encoder, in its own size.
  ///
  /// - Throws: `ZooError` that names the file and what is wrong with it.
  package func read(_ path: String) throws -> (image: PixelImage, facts: PictureFacts) {
    try PixelImage.read(path: path, channels: channels, dicom: dicom)
  }

  /// A picture of as many channels brought to the size: `[size, size, channels]`.
  package func fitted(_ image: PixelImage) -> PixelImage {
    switch fit {
    case .crop: image.resized(shorterSide: resize, crop: size)
    case .pad: image.padded(to: size)
    case .stretch: image.stretched(to: size)
    }
  }
}
