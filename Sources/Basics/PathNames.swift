/// The folder that a path lies in, as it is written: `a` of `a/b` and of `a/b/`; empty for a name alone; `/`
/// of `/a` and of `/`.
///
/// Foundation's `deletingLastPathComponent` ends the process for a path of one character (Swift 6.3, Linux).
package func parentFolder(of path: String) -> String {
  let (folder, _) = parted(path)
  return folder
}

/// The last name of a path: `b` of `a/b` and of `a/b/`; `/` of `/`.
package func lastName(of path: String) -> String {
  let (_, name) = parted(path)
  return name
}

/// A name without what follows its last full stop, as far as it has another sign before that: `a.tar` of
/// `a.tar.gz`, `.hidden` of itself.
package func withoutExtension(_ name: String) -> String {
  guard let dot = name.lastIndex(of: "."), dot > name.startIndex,
    !name[name.index(after: dot)...].contains("/"), name.index(after: dot) < name.endIndex
  else { return name }
  return String(name[..<dot])
}

private func parted(_ path: String) -> (folder: String, name: String) {
  let bytes = Array(path.utf8)
  let slash = UInt8(ascii: "/")
  guard let end = bytes.lastIndex(where: { $0 != slash }) else {
    // Nothing but slashes, or nothing at all.
    return path.isEmpty ? ("", "") : ("/", "/")
  }
  guard let before = bytes[...end].lastIndex(of: slash) else {
    return ("", String(decoding: bytes[...end], as: UTF8.self))
  }
  let name = String(decoding: bytes[(before + 1)...end], as: UTF8.self)
  let folder = bytes[..<before].lastIndex { $0 != slash }.map { bytes[...$0] }
  return (folder.map { String(decoding: $0, as: UTF8.self) } ?? "/", name)
}
