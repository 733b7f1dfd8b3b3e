import Basics

extension ZooError.Code {
  /// A signature that does not hold, or is of a key that is not trusted.
  package static let untrusted = ZooError.Code("untrusted")
  /// A catalogue older than one seen before, expired, or a bundle that its publisher has revoked.
  package static let stale = ZooError.Code("stale")
}
