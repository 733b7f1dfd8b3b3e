import Basics

/// Whether a path is a regular file.
func isFile(_ path: String) -> Bool { FileKind(at: path) == .file }

/// Whether a path is a folder.
func isFolder(_ path: String) -> Bool { FileKind(at: path) == .folder }

/// Whether a text has nothing but white space.
package func isBlank(_ text: String) -> Bool {
  text.unicodeScalars.allSatisfy(\.properties.isWhitespace)
}

/// A path below a folder; an absolute path stays as it is.
package func joinPath(_ folder: String, _ path: String) -> String {
  if path.hasPrefix("/") || folder.isEmpty { return path }
  return folder.hasSuffix("/") ? folder + path : "\(folder)/\(path)"
}
