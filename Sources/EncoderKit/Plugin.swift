/// What a plugin brings: its name, its encoders and its fusion heads.
///
/// A plugin exports one C function, `encoderzoo_plugin_NAME`, which gives this value to the
/// program:
///
/// ```swift
/// @_cdecl("encoderzoo_plugin_DenseNet")
/// public func densenetPlugin() -> UnsafeMutableRawPointer {
///   Plugin(name: "DenseNet", imageEncoders: [...]).exported()
/// }
/// ```
public struct Plugin: Sendable {
  /// The name in the registry; the folder in the tree.
  public let name: String
  /// Encoders of images.
  public let imageEncoders: [any ImageEncoderEntry]
  /// Encoders of texts.
  public let textEncoders: [any TextEncoderEntry]
  /// What joins the features of images and texts.
  public let fusionHeads: [any FusionHeadEntry]
  /// The kit that the plugin was compiled against.
  public let kitVersion: Int

  /// A plugin with its encoders and fusion heads.
  public init(
    name: String, imageEncoders: [any ImageEncoderEntry] = [],
    textEncoders: [any TextEncoderEntry] = [], fusionHeads: [any FusionHeadEntry] = []
  ) {
    self.name = name
    self.imageEncoders = imageEncoders
    self.textEncoders = textEncoders
    self.fusionHeads = fusionHeads
    kitVersion = encoderKitVersion
  }

  /// This value as what the C entry point returns; the caller owns it.
  public func exported() -> UnsafeMutableRawPointer {
    Unmanaged.passRetained(Box(self)).toOpaque()
  }

  /// Takes over what an entry point returned.
  package static func imported(_ pointer: UnsafeMutableRawPointer) -> Plugin {
    Unmanaged<Box>.fromOpaque(pointer).takeRetainedValue().plugin
  }

  private final class Box {
    let plugin: Plugin
    init(_ plugin: Plugin) { self.plugin = plugin }
  }
}
