import Basics

extension ZooError.Code {
  /// A server that could not be reached, or did not deliver.
  package static let download = ZooError.Code("download")
  /// A file that the server says it has not.
  package static let absent = ZooError.Code("absent")
  /// Bytes that are not the file asked for: another size or hash.
  package static let wrongContent = ZooError.Code("wrong-content")
  /// A transfer that the rules forbid: plain http, a redirect away from https, offline.
  package static let refused = ZooError.Code("refused")
}
