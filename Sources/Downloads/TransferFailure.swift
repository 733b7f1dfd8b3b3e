import Basics
import CTransfer

/// A transfer that ended before its answer did.
struct TransferFailure: Error, Equatable {
  enum Kind: Equatable {
    case unknownHost
    case noConnection
    case cut
    case slow
    case badCertificate
    case other

    /// Nil for a transfer that came to its end, or that a handler stopped.
    init?(_ outcome: ZooTransferOutcome) {
      switch outcome {
      case .zooTransferDone: return nil
      case .zooTransferUnknownHost: self = .unknownHost
      case .zooTransferNoConnection: self = .noConnection
      case .zooTransferCut: self = .cut
      case .zooTransferSlow: self = .slow
      case .zooTransferBadCertificate: self = .badCertificate
      case .zooTransferStopped, .zooTransferOther: self = .other
      }
    }
  }

  var kind: Kind
  /// libcurl's words.
  var reason: String

  /// Whether the same request may well succeed a little later.
  ///
  /// A host that was never reached is most often a machine without network: a person would wait in
  /// vain.
  func isWorthRetrying(hasArrived: Bool) -> Bool {
    switch kind {
    case .cut, .slow: true
    case .unknownHost, .noConnection: hasArrived
    case .badCertificate, .other: false
    }
  }

  /// The sentence for a person on a file that was to come.
  func error(for file: RemoteFile, host: String, kept: Int, policy: DownloadPolicy) -> ZooError {
    let rest = kept > 0 ? "\(byteText(kept)) are kept: the next try goes on from there." : nil
    return error(at: file.url, host: host, rest: rest, policy: policy)
  }

  /// The sentence for a person.
  ///
  /// - Parameters:
  ///   - url: what was asked.
  ///   - host: that was asked.
  ///   - rest: what is left of it for the next try; nil where that begins anew.
  ///   - policy: whose patience ended.
  /// - Returns: an error of code `.download`.
  func error(at url: String, host: String, rest: String? = nil, policy: DownloadPolicy) -> ZooError
  {
    func advice(_ text: String) -> String { rest.map { "\(text) \($0)" } ?? text }
    let (message, advised) =
      switch kind {
      case .unknownHost:
        ("no address is known for the host \(host)", advice("Check the network connection."))
      case .noConnection:
        (
          "no connection to \(host) (\(reason))",
          advice("Check the network connection and the proxy settings.")
        )
      case .cut:
        (
          "the connection was cut (\(reason))",
          rest.map { "Run the command again: \($0)" } ?? "Run the command again."
        )
      case .slow:
        (
          "the server sent less than \(policy.slowestRate) bytes a second for "
            + "\(policy.slowSeconds) s", advice("Try again later.")
        )
      case .badCertificate:
        (
          "the certificate of \(host) can't be trusted (\(reason))",
          "Check the clock and that the package ca-certificates is installed. Where the network "
            + "has a certificate of its own, name its file in CURL_CA_BUNDLE."
        )
      case .other: ("the transfer failed (\(reason))", advice("Try again later."))
      }
    return ZooError(.download, message, at: Place(path: url), advice: advised)
  }
}

/// A number of bytes with its unit, such as `1.2 GB`; decimal, as the sizes on web pages.
func byteText(_ count: Int) -> String {
  for (size, unit) in [(1_000_000_000, "GB"), (1_000_000, "MB"), (10_000, "kB")]
  where count >= size {
    let divisor = unit == "kB" ? 1000 : size
    let tenths = (Double(count) / Double(divisor) * 10).rounded() / 10
    return tenths >= 100 ? "\(Int(tenths.rounded())) \(unit)" : "\(tenths) \(unit)"
  }
  return count == 1 ? "1 byte" : "\(count) bytes"
}
