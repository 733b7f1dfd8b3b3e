import Basics
import Foundation

/// The whole content of a file, mapped into memory: pages are read when they are touched, and the
/// system may drop them again.
///
/// (On Linux `Data(contentsOf:options: .mappedIfSafe)` copies the file.) A file that shrinks while it
/// is mapped can't be read safely; what writes weight files here and elsewhere replaces them.
///
/// - Throws: `ZooError` of code `.notFound` that names the path and the reason.
func mapFile(_ path: String) throws -> Data {
  let descriptor = try openPlainFile(path)
  defer { close(descriptor) }
  var status = stat()
  guard fstat(descriptor, &status) == 0, status.st_size > 0,
    let start = mmap(nil, Int(status.st_size), PROT_READ, MAP_PRIVATE, descriptor, 0),
    start != MAP_FAILED
  else {
    // An empty file, or one that can't be mapped.
    return try readFile(path)
  }
  return Data(
    bytesNoCopy: start, count: Int(status.st_size),
    deallocator: .custom { start, count in munmap(start, count) })
}
