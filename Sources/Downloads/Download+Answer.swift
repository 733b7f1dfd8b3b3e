import Basics
import Foundation

/// An answer that leads elsewhere.
struct Redirect: Error {
  var location: String
}

/// An answer that doesn't fit the part that is there.
struct StartOver: Error {
  var reason: String
}

extension Download {
  /// Decides on an answer before its body comes.
  ///
  /// - Throws: `Redirect`, `StartOver`, `UnwantedStatus`, or `ZooError` for a wrong size.
  func take(_ head: ResponseHead, asked offset: Int) throws {
    endIsMarked = head.endIsMarked
    switch head.status {
    case 301, 302, 303, 307, 308:
      guard let location = head.fields["location"], !location.isEmpty else {
        throw UnwantedStatus(head)
      }
      throw Redirect(location: location)
    case 200: try takeWhole(head)
    case 206 where offset > 0: try takeRest(head, from: offset)
    case 416 where offset > 0:
      throw StartOver(reason: "the server has no bytes from \(offset) on")
    default: throw UnwantedStatus(head)
    }
  }

  /// A whole file, whether or not a part was asked for.
  private func takeWhole(_ head: ResponseHead) throws {
    let announced = head.contentLength
    if let announced, announced != file.size ?? announced {
      throw wrongSize("announces \(announced) bytes")
    }
    if let announced, announced > limit { throw wrongSize("announces \(announced) bytes") }
    if partial.count > 0 {
      progress.line("\(file.fileName): the server sends the whole file again; starting over")
      try partial.startOver()
    }
    let total = file.size ?? announced
    try checkSpace(total)
    try partial.remember(head.validator, total: total)
    progress.begin("downloading \(file.fileName)", total: total)
  }

  /// The rest of the file, if it is that.
  private func takeRest(_ head: ResponseHead, from offset: Int) throws {
    guard let range = head.contentRange else {
      throw StartOver(reason: "the server sent a part without saying which")
    }
    guard range.first == offset else {
      throw StartOver(reason: "the server sent bytes from \(range.first) on instead of \(offset)")
    }
    let expected = file.size ?? partial.note?.total
    if let total = range.total ?? expected, range.last != total - 1 || total != expected ?? total {
      throw StartOver(
        reason: "the server sent bytes up to \(range.last) of \(range.total ?? total), "
          + "expected all of \(expected ?? total)")
    }
    if let length = head.contentLength, length != range.last - offset + 1 {
      throw StartOver(reason: "the server sent \(length) bytes and named another range")
    }
    guard range.last < limit else { throw wrongSize("announces \(range.last + 1) bytes") }
    if case .entityTag(let tag) = partial.note?.validator, let found = head.fields["etag"],
      found != tag
    {
      throw StartOver(reason: "the file on the server has changed")
    }
    try checkSpace(range.last + 1)
    partial.goOn()
    progress.begin("downloading \(file.fileName)", total: range.last + 1, skipped: offset)
  }

  /// Says before the download what would else come at its end.
  private func checkSpace(_ total: Int?) throws {
    var information = statvfs()
    let folder = parentFolder(of: partial.path)
    guard let total, statvfs(folder, &information) == 0 else { return }
    let (free, isHuge) = information.f_bavail.multipliedReportingOverflow(by: information.f_frsize)
    let needed = total - partial.count
    guard isHuge || needed < 0 || UInt(needed) <= free else {
      throw ZooError(
        .system, "\(byteText(needed)) are needed and \(byteText(Int(free))) free",
        at: Place(path: folder),
        advice: "Make room, or set XDG_CACHE_HOME to a folder on another disk.")
    }
  }

  func wrongSize(_ found: String) -> ZooError {
    let isStated = file.size != nil
    return ZooError(
      .wrongContent,
      "the server \(found); expected \(isStated ? "" : "at most ")\(limit); nothing was kept",
      at: Place(path: file.url), advice: Self.changedAdvice)
  }

  func wrongHash(_ digest: String) -> ZooError {
    let count = partial.count
    return ZooError(
      .wrongContent,
      "the \(count == 1 ? "1 byte" : "\(count) bytes") received have the SHA-256 \(digest); "
        + "expected \(file.hash); nothing was kept",
      at: Place(path: file.url), advice: Self.changedAdvice)
  }

  private static let changedAdvice =
    "The file there was replaced, or something between altered it: try another network, or "
    + "compare the address, size and hash with the publisher's."
}
