/// A network that turns images into features.
public protocol ImageEncoder {
  /// The width of the features.
  var featureWidth: Int { get }

  /// The features of images: `[batch, height, width, channels]`, normalised as the specification
  /// says, to `[batch, featureWidth]`.
  func features(_ images: Tensor, _ run: inout Forward) -> Tensor
}

/// What images an encoder will be given.
public struct ImageInput: Sendable, Equatable {
  /// Height and width in pixels.
  public let size: Int
  /// 1 for grey, 3 for colour.
  public let channels: Int

  /// Square images of a size and a number of channels.
  public init(size: Int, channels: Int) {
    self.size = size
    self.channels = channels
  }
}

/// A named image encoder that can be built: an entry of a plugin.
public protocol ImageEncoderEntry: Sendable {
  /// What people want to know of it.
  var description: EncoderDescription { get }

  /// Builds the encoder, taking every parameter from the scope.
  ///
  /// Options not understood are refused by `options.finish()`.
  ///
  /// - Throws: `ZooError` for unknown or impossible options, an input that is too small, or saved
  ///   weights that do not fit.
  func make(options: JSONObject, input: ImageInput, scope: Scope) throws -> any ImageEncoder
}
