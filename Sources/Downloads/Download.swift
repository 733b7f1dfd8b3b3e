import Basics
import Foundation

/// One file on its way from a server to a partial file: requests, redirects, retries, resumption.
///
/// Used by one thread, under the file's lock.
final class Download {
  /// Times a download may begin anew because answers don't fit together.
  static let maximumStartsOver = 2

  let file: RemoteFile
  let policy: DownloadPolicy
  let partial: PartialFile
  let progress: ByteProgress
  private let checkInterruption: () throws -> Void
  private var retriesLeft: Int
  private var startsOver = 0
  private var hasArrived = false
  private let began = ContinuousClock.now
  /// Bytes that came, those of cut tries included.
  private var arrived = 0
  /// The host of the last request, for messages.
  private var host = ""
  /// Whether the answer under way has an end that can be told from a cut.
  var endIsMarked = false

  init(
    _ file: RemoteFile, into partial: PartialFile, policy: DownloadPolicy, progress: ByteProgress,
    checkInterruption: @escaping () throws -> Void
  ) {
    self.file = file
    self.policy = policy
    self.partial = partial
    self.progress = progress
    self.checkInterruption = checkInterruption
    retriesLeft = policy.retries
  }

  /// Completes the partial file; its hash, which is the one asked for.
  ///
  /// - Throws: `ZooError` of code `.wrongContent`, `.download`, `.refused`, `.badValue` or
  ///   `.system`; what `checkInterruption` throws.
  func run() throws -> String {
    defer { progress.end() }
    let origin = try Address(file.url)
    try origin.check(policy)
    while true {
      try complete(from: origin)
      let digest = try partial.digest()
      if file.hash.matches(digest) { return digest }
      // Pieces of two versions of the file may have come together.
      guard partial.isPatched, startsOver < Self.maximumStartsOver else {
        throw wrongHash(digest)
      }
      try startOver("what was resumed has another hash")
    }
  }

  private func complete(from origin: Address) throws {
    while !isComplete {
      try checkInterruption()
      do {
        if try attempt(from: origin) { return }
      } catch let failure as TransferFailure {
        guard failure.isWorthRetrying(hasArrived: hasArrived), retriesLeft > 0 else {
          throw failure.error(
            for: file, host: host, kept: partial.note == nil ? 0 : partial.count, policy: policy)
        }
        try pause("\(failure.reason)", atLeast: 0)
      } catch let status as UnwantedStatus {
        guard status.isWorthRetrying, retriesLeft > 0 else { throw status.error(for: file) }
        try pause("the server answered \(status.text)", atLeast: status.retryAfter ?? 0)
      } catch let turn as StartOver {
        try startOver(turn.reason)
      }
      // Without the server's word that the version is the same, the rest of another may follow.
      if partial.count > 0, partial.note == nil { try partial.startOver() }
    }
  }

  /// Whether an earlier try left the whole file.
  private var isComplete: Bool {
    guard partial.count > 0, let note = partial.note else { return false }
    return partial.count == file.size ?? note.total
  }

  /// Asks once, following redirects; true when the answer came to its end.
  private func attempt(from origin: Address) throws -> Bool {
    var address = origin
    for _ in 0...max(0, policy.maximumRedirects) {
      host = address.host
      do {
        try exchange(address)
        return true
      } catch let redirect as Redirect {
        let target: Address
        do { target = try address.resolving(redirect.location) } catch let error as ZooError {
          throw ZooError(
            .download, "redirected to an address that can't be followed: \(error.message)",
            at: Place(path: file.url), advice: error.advice)
        }
        try target.check(policy, redirectedFrom: address)
        address = target
      }
    }
    throw ZooError(
      .download,
      "redirected more than \(policy.maximumRedirects) times, at last to \(address.text)",
      at: Place(path: file.url), advice: "Open the address in a browser to see where it leads.")
  }

  private func exchange(_ address: Address) throws {
    var request = Transfer.Request(address: address)
    if partial.count > 0, let note = partial.note, address.scheme != "file" {
      request.offset = partial.count
      request.validator = note.validator
    }
    endIsMarked = true
    if address.scheme == "file" {
      // No head comes.
      try partial.startOver()
      progress.begin("copying \(file.fileName)", total: file.size)
    }
    let transfer = Transfer(
      onHead: { [self] head in try take(head, asked: request.offset) },
      onBody: { [self] bytes in
        try checkInterruption()
        try take(bytes)
      },
      onWait: { [self] in
        try checkInterruption()
        try checkTime()
      })
    defer { progress.end() }
    try transfer.perform(request, policy: policy)
    guard let size = file.size, partial.count < size else { return }
    guard endIsMarked else {
      throw TransferFailure(
        kind: .cut, reason: "it ended after \(partial.count) of \(size) bytes")
    }
    throw wrongSize("ended after \(partial.count) bytes")
  }

  private func take(_ bytes: UnsafeRawBufferPointer) throws {
    hasArrived = true
    arrived += bytes.count
    // A server that ignores the announced size must not fill the disk.
    guard bytes.count <= limit - partial.count else {
      throw wrongSize("sent more than \(limit) bytes")
    }
    try partial.append(bytes)
    progress.add(bytes.count)
  }

  /// - Throws: `ZooError` where all of it has taken too long for what came.
  private func checkTime() throws {
    let seconds = (ContinuousClock.now - began) / .seconds(1)
    guard seconds > policy.limit(having: arrived) else { return }
    throw ZooError(
      .download,
      "the server is too slow: \(byteText(arrived)) came in \(durationText(seconds)); expected at least "
        + "\(byteText(policy.averageRate)) a second after the first \(durationText(policy.patience))",
      at: Place(path: file.url),
      advice: partial.note == nil
        ? "Try again later."
        : "Try again later: what came is kept, and the next try goes on from there.")
  }

  /// Most bytes the file may have.
  var limit: Int { file.size ?? policy.maximumSize }

  private func startOver(_ reason: String) throws {
    guard startsOver < Self.maximumStartsOver else {
      throw ZooError(
        .download, "the server's answers don't fit together (\(reason))",
        at: Place(path: file.url), advice: "Try again later, or use another address.")
    }
    startsOver += 1
    progress.line("\(file.fileName): \(reason); starting over")
    try partial.startOver()
  }

  private func pause(_ reason: String, atLeast: Double) throws {
    let turn = policy.retries - retriesLeft
    retriesLeft -= 1
    let planned = policy.backOff * Double(1 << min(turn, 16))
    let seconds = min(max(planned, atLeast), policy.maximumBackOff)
    progress.line(
      "\(file.fileName): \(reason); trying again in \(durationText(seconds)) "
        + "(\(turn + 1) of \(policy.retries))")
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end {
      try checkInterruption()
      usleep(50_000)
    }
  }
}
