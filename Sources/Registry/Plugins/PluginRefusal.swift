import Basics

/// A plugin that is left out, and why.
package struct PluginRefusal: Sendable {
  /// The plugin's name: its folder's.
  package let name: String
  /// The encoders and fusion heads that would have come with it, as far as its record can be read.
  package let brings: [String]
  /// What is wrong.
  package let error: ZooError
}
