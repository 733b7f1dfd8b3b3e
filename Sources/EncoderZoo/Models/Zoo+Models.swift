import Basics
import EncoderKit
import Registry

extension Zoo {
  /// Loads a trained model: a folder that `train` or `compare` left, or a bundle by its name.
  ///
  /// ```swift
  /// let model = try zoo.model("run/cells/r1f1/densenet121/model")
  /// ```
  ///
  /// - Parameters:
  ///   - name: a model's folder, or the name of a bundle that is installed or lies in `weights`
  ///     beside the registry, such as `phantom-words` or `phantom-words@1.0.0`.
  ///   - sampleBits: of pictures with 16-bit samples: how many bits are filled, 8…16; nil as the
  ///     model says.
  /// - Returns: the model, ready to predict.
  /// - Throws: `ZooError` that names the file and what is wrong with it, or the nearest name. A
  ///   bundle that its publisher has revoked is loaded; ``Model/revocation`` says why it must not
  ///   be used.
  public func model(_ name: String, sampleBits: Int? = nil) throws -> Model {
    let found = try ModelFolders(registry.catalogue).folder(name)
    return try Model(
      folder: found.path, revocation: found.revocation, zoo: self, sampleBits: sampleBits)
  }

  /// The names of the bundles that are installed or lie beside the registry, sorted.
  ///
  /// - Throws: `ZooError` that names a record that can't be read.
  public func bundles() throws -> [String] { try ModelFolders(registry.catalogue).names() }
}
