import Foundation

/// Status and headers of an answer.
struct ResponseHead: Sendable, Equatable {
  var status: Int
  /// Whether the end of the connection may be the end of the body (before HTTP/2).
  var isVersion1: Bool
  /// By lower-case name; of a repeated header the first counts.
  var fields: [String: String] = [:]

  /// Nil when the line is no status line such as `HTTP/1.1 200 OK`.
  init?(statusLine: String) {
    let parts = statusLine.split(separator: " ", maxSplits: 2)
    guard parts.count >= 2, parts[0].hasPrefix("HTTP/"), let status = Int(parts[1]),
      (100...599).contains(status)
    else { return nil }
    self.status = status
    isVersion1 = parts[0].hasPrefix("HTTP/1")
  }

  mutating func add(line: String) {
    guard let colon = line.firstIndex(of: ":") else { return }
    let name = line[..<colon].lowercased()
    guard fields[name] == nil else { return }
    fields[name] = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
  }

  /// The bytes this answer says it holds.
  var contentLength: Int? {
    fields["content-length"].flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil }
  }

  /// Whether a body of unknown length has an end mark of its own, so that a cut can be told.
  var endIsMarked: Bool {
    contentLength != nil || !isVersion1 || fields["transfer-encoding"] != nil
  }

  /// The part of the file that an answer of status 206 says it holds.
  var contentRange: (first: Int, last: Int, total: Int?)? {
    guard let text = fields["content-range"], text.lowercased().hasPrefix("bytes ") else {
      return nil
    }
    let halves = text.dropFirst(6).split(separator: "/", omittingEmptySubsequences: false)
    guard halves.count == 2 else { return nil }
    let ends = halves[0].split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2, let first = Int(ends[0]), let last = Int(ends[1]), first >= 0,
      last >= first, last < Int.max
    else { return nil }
    if halves[1] == "*" { return (first, last, nil) }
    guard let total = Int(halves[1]), total > last else { return nil }
    return (first, last, total)
  }

  /// What tells this version of the file from others.
  var validator: Validator? {
    Validator(entityTag: fields["etag"]) ?? Validator(date: fields["last-modified"])
  }

  /// Seconds the server asks to wait.
  var retryAfter: Double? { fields["retry-after"].flatMap { Int($0) }.map { Double(max(0, $0)) } }
}
