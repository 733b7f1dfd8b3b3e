import Foundation

/// The folder that a path lies in: `""` for a name alone, `/` for what lies in the root and the root itself.
///
/// As `NSString.deletingLastPathComponent`, which ends the process for a name of one character.
package func parentFolder(of path: String) -> String {
  var trimmed = path[...]
  while trimmed.count > 1, trimmed.last == "/" { trimmed.removeLast() }
  return trimmed.contains("/") ? (String(trimmed) as NSString).deletingLastPathComponent : ""
}
