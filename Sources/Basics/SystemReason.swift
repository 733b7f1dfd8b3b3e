import Foundation

/// What the operating system says of an error that Foundation threw, in the words of `strerror`; an error
/// of ours keeps its own message.
package func systemReason(of error: any Error) -> String {
  if let error = error as? ZooError { return error.message }
  var known = error as NSError
  while let below = known.userInfo[NSUnderlyingErrorKey] as? NSError { known = below }
  if known.domain == NSPOSIXErrorDomain { return String(cString: strerror(Int32(known.code))) }
  let number: Int32
  switch CocoaError.Code(rawValue: known.code) {
  case .fileNoSuchFile, .fileReadNoSuchFile: number = ENOENT
  case .fileReadNoPermission, .fileWriteNoPermission: number = EACCES
  case .fileWriteFileExists: number = EEXIST
  case .fileWriteOutOfSpace: number = ENOSPC
  case .fileWriteVolumeReadOnly: number = EROFS
  case .fileReadTooLarge: number = EFBIG
  default: return "the system refused it (\(known.domain) \(known.code))"
  }
  return String(cString: strerror(number))
}

/// The sentence of any error: ours as it is, one of Foundation's by the system's reason and the path it
/// names.
package func errorSentence(_ error: any Error) -> String {
  if error is ZooError || error is Interrupted { return "\(error)" }
  // What is neither ours nor Foundation's says more by itself.
  guard type(of: error) == NSError.self || error is CocoaError || error is POSIXError else {
    return "\(error)"
  }
  let details = (error as NSError).userInfo
  let path = details[NSFilePathErrorKey] as? String ?? (details[NSURLErrorKey] as? URL)?.path
  let reason = systemReason(of: error)
  return path.map { "\($0): \(reason)" } ?? reason
}

/// The names of what a folder holds, sorted.
///
/// - Throws: `ZooError` of code `.notFound` that names the folder and the system's reason.
package func folderEntries(_ path: String) throws -> [String] {
  do { return try FileManager.default.contentsOfDirectory(atPath: path).sorted() } catch {
    throw ZooError(
      .notFound, "the folder can't be read: \(systemReason(of: error))", at: Place(path: path))
  }
}

/// Removes a file, or a folder with all in it.
///
/// - Throws: `ZooError` of code `.system` that names the path and the system's reason.
package func removeTree(_ path: String) throws {
  do { try FileManager.default.removeItem(atPath: path) } catch {
    throw ZooError(
      .system, "can't be removed: \(systemReason(of: error))", at: Place(path: path))
  }
}
