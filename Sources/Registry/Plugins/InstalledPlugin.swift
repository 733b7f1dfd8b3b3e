import Basics
import Downloads
import Foundation

/// A plugin that was installed on purpose: its record, and the folder of its library.
package struct InstalledPlugin: Sendable, Equatable {
  /// What is known of it without opening it.
  package let record: PluginRecord
  /// The folder that holds it.
  package let folder: String

  /// A plugin in a folder.
  package init(record: PluginRecord, folder: String) {
    self.record = record
    self.folder = folder
  }

  /// The path of the library.
  package var library: String { "\(folder)/\(record.libraryName)" }

  /// Checks kit, compiler and bytes; nothing of the plugin runs.
  ///
  /// - Throws: `ZooError` that names the plugin and what differs.
  package func checkIdentity() throws {
    try checkIdentity(KitIdentity(of: KitFolder.find()))
  }

  func checkIdentity(_ program: KitIdentity) throws {
    if let mismatch = record.kit.mismatch(with: program) {
      throw refusal(
        mismatch,
        advice: "build it again: zoo plugin build DIR, then zoo plugin install DIR")
    }
    guard try sha256(ofFile: library) == record.digest else {
      throw refusal("is not the file that was built", advice: "install it again")
    }
  }

  /// The error by which this plugin is refused.
  func refusal(_ reason: String, advice: String? = nil) -> ZooError {
    ZooError(
      .unsupported, "the plugin \(record.name) \(reason)", at: Place(path: folder), advice: advice)
  }
}
