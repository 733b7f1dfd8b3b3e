import Foundation

/// What a download may do, and how patient it is.
///
/// The defaults suit a person at a slow line; tests shorten the waits.
package struct DownloadPolicy: Sendable, Equatable {
  /// Whether plain http may be spoken with other hosts than this one.
  ///
  /// A redirect from https to http is refused even then.
  package var allowsPlainHTTP = false
  /// Whether an address may be a file URL; a redirect to one never is.
  package var allowsFileURLs = false
  /// Whether all network is refused; files that are there are still found.
  package var isOffline = DownloadPolicy.isOffline(ProcessInfo.processInfo.environment)
  /// Redirects followed from one address.
  package var maximumRedirects = 5
  /// Most bytes of a file whose size is not stated.
  package var maximumSize = 8 << 30
  /// Requests sent again after a cut connection or a server that is busy.
  package var retries = 4
  /// Seconds before the first retry; each further one doubles them.
  package var backOff = 2.0
  /// Most seconds between two tries, whatever the server asks for.
  package var maximumBackOff = 30.0
  /// Seconds within which a connection must stand.
  package var connectTimeout = 20.0
  /// Bytes a second below which a server counts as too slow.
  package var slowestRate = 1000
  /// Seconds a server may be too slow.
  package var slowSeconds = 30

  /// Seconds that any download may take, however slow it is.
  package var patience = 600.0
  /// Bytes a second that a longer one must bring, over the whole of it.
  package var averageRate = 5000

  /// Seconds that a download may have taken when so many bytes have come: the limit grows with them, so a
  /// large file at a slow line arrives, and a server that drips ends.
  func limit(having count: Int) -> Double { patience + Double(count) / Double(averageRate) }

  /// The defaults; offline where `ENCODERZOO_OFFLINE` is set to something else than 0.
  package init() {}

  static func isOffline(_ environment: [String: String]) -> Bool {
    !["", "0"].contains(environment["ENCODERZOO_OFFLINE"] ?? "")
  }
}
