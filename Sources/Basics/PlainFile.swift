import Foundation

/// An error that carries the operating system's reason.
package func systemError(_ what: String, _ path: String) -> ZooError {
  ZooError(.system, "\(what): \(String(cString: strerror(errno)))", at: Place(path: path))
}

/// Opens a file for reading; the caller closes the descriptor.
///
/// A pipe or device is refused without waiting for whoever writes to it; `/dev/null` is an empty file.
/// With `acceptsShellPipe` the pipe of a shell's `<(…)` or `|`, which has a writer already, is opened
/// like a file.
///
/// - Throws: `ZooError` of code `.notFound` that names the path and the reason: there is no such file,
///   it can't be opened, it is a folder or no plain file.
package func openPlainFile(_ path: String, acceptsShellPipe: Bool = false) throws -> Int32 {
  let isShells = ["/dev/fd/", "/proc/self/fd/", "/dev/stdin"].contains { path.hasPrefix($0) }
  if acceptsShellPipe, isShells {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw systemError("can't be opened", path) }
    return descriptor
  }
  // Without O_NONBLOCK a pipe would hang here until somebody writes to it.
  let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard descriptor >= 0 else {
    let what =
      errno == ENOENT ? "no such file" : "can't be opened: \(String(cString: strerror(errno)))"
    throw ZooError(.notFound, what, at: Place(path: path))
  }
  var status = stat()
  let kind = fstat(descriptor, &status) == 0 ? status.st_mode & S_IFMT : 0
  guard kind == S_IFREG || path == "/dev/null" else {
    close(descriptor)
    throw ZooError(.notFound, notPlain(kind), at: Place(path: path))
  }
  return descriptor
}

private func notPlain(_ kind: mode_t) -> String {
  switch kind {
  case S_IFDIR: "is a folder; expected a file"
  case S_IFIFO: "is no plain file but a pipe; write its content to a file first"
  case S_IFCHR, S_IFBLK: "is no plain file but a device"
  case S_IFSOCK: "is no plain file but a socket"
  default: "is no plain file"
  }
}

/// The whole content of a file.
///
/// - Throws: `ZooError` of code `.notFound` that names the path and the reason.
public func readFile(_ path: String) throws -> Data {
  let descriptor = try openPlainFile(path)
  defer { close(descriptor) }
  return try content(of: descriptor, path)
}

/// The whole content of a file; nil where `isOther` says so of its first `head` bytes, which are all that is read then.
///
/// - Throws: as `readFile(_:)`.
package func readFile(_ path: String, head: Int, unless isOther: (Data) -> Bool) throws -> Data? {
  let descriptor = try openPlainFile(path)
  defer { close(descriptor) }
  var first = Data(count: head)
  let count = first.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
  // What can't be read is told below.
  return isOther(first.prefix(max(0, count))) ? nil : try content(of: descriptor, path)
}

/// All bytes from where an open file stands.
private func content(of descriptor: Int32, _ path: String) throws -> Data {
  var status = stat()
  fstat(descriptor, &status)
  var content = Data(count: Int(status.st_size))
  var filled = 0
  // Where its end is looked for: room behind hundreds of megabytes would take as long as they do.
  var more = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let isWhole = filled == content.count
    let count =
      isWhole
      ? read(descriptor, &more, more.count)
      : content.withUnsafeMutableBytes { bytes in
        read(descriptor, bytes.baseAddress.map { $0 + filled }, min(bytes.count - filled, 1 << 30))
      }
    if count < 0 && errno == EINTR { continue }
    guard count >= 0 else {
      throw ZooError(
        .notFound, "can't be read: \(String(cString: strerror(errno)))", at: Place(path: path))
    }
    if count == 0 { break }
    // A file that grew meanwhile is read to its end.
    if isWhole { content.append(contentsOf: more[..<count]) }
    filled += count
  }
  content.count = filled
  return content
}

/// Waits until a pipe or terminal has bytes, or its end; a signal that asks to stop ends the wait.
///
/// - Throws: `Interrupted`.
package func waitForBytes(_ descriptor: Int32) throws {
  while true {
    try Interruption.check()
    var readable = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    let count = poll(&readable, 1, 100)
    if count > 0 || count < 0 && errno != EINTR { return }
  }
}
