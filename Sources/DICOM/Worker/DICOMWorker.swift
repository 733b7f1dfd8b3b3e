import Basics
import CWorker
import Foundation

/// A process that decodes DICOM files, one after the other.
///
/// Unchecked: only the thread that has taken it from ``DICOMWorkers`` uses it.
final class DICOMWorker: @unchecked Sendable {
  private let process: pid_t
  private let conversation: Int32
  private let memory: Int32
  private var isDead = false
  private var mapped: UnsafeRawBufferPointer?

  /// Starts the program at a path.
  ///
  /// - Throws: `WorkerFailure.missing`.
  init(program: String) throws(WorkerFailure) {
    var started = ZooWorker()
    var code = zooStartWorker(program, &started)
    // A program that has just been installed may be open for writing in a process that another thread is starting.
    for _ in 0..<50 where code == ETXTBSY {
      usleep(20_000)
      code = zooStartWorker(program, &started)
    }
    guard code == 0 else { throw .missing(String(cString: strerror(code))) }
    (process, conversation, memory) = (started.process, started.conversation, started.memory)
  }

  deinit {
    if let mapped, let start = mapped.baseAddress {
      munmap(UnsafeMutableRawPointer(mutating: start), mapped.count)
    }
    close(conversation)
    close(memory)
    if !isDead { stop() }
  }

  /// Bytes of memory that it has taken for pixels, and keeps.
  var memoryBytes: Int { mapped?.count ?? 0 }

  /// Asks for a file, and hands over the reply and the bytes of the frame, which are gone afterwards.
  ///
  /// - Throws: `WorkerFailure`; the worker is of no use then.
  func ask<Result>(
    _ path: String, frame: UInt32, tags: [DICOMTag], threads: Int, seconds: Int,
    _ body: (DICOMReply, UnsafeRawBufferPointer) -> Result
  ) throws(WorkerFailure) -> Result {
    let deadline = DispatchTime.now() + .seconds(seconds)
    let name = Array(path.utf8)
    var request: [UInt8] = []
    let head = [0x3252_4451, frame, UInt32(tags.count), UInt32(name.count), UInt32(threads)]
    for number in head + tags.map(\.rawValue) {
      withUnsafeBytes(of: number.littleEndian) { request += $0 }
    }
    try write(request + name)
    guard let head = DICOMReply.Head(try read(DICOMReply.Head.length, deadline, seconds)) else {
      throw .garbled
    }
    let message = try read(head.messageLength, deadline, seconds)
    let records = try read(head.recordLength, deadline, seconds)
    guard let header = DICOMHeader(records: records) else { throw .garbled }
    return body(
      DICOMReply(head: head, message: String(decoding: message, as: UTF8.self), header: header),
      try pixels(head.pixelLength))
  }

  /// The first bytes of the memory file, which never shrinks.
  private func pixels(_ length: Int) throws(WorkerFailure) -> UnsafeRawBufferPointer {
    if length == 0 { return UnsafeRawBufferPointer(start: nil, count: 0) }
    if let mapped, mapped.count >= length {
      return UnsafeRawBufferPointer(rebasing: mapped[..<length])
    }
    var status = stat()
    guard fstat(memory, &status) == 0, Int(status.st_size) >= length else { throw .garbled }
    if let mapped, let start = mapped.baseAddress {
      munmap(UnsafeMutableRawPointer(mutating: start), mapped.count)
    }
    mapped = nil
    guard let start = mmap(nil, length, PROT_READ, MAP_SHARED, memory, 0), start != MAP_FAILED
    else {
      throw .garbled
    }
    let buffer = UnsafeRawBufferPointer(start: start, count: length)
    mapped = buffer
    return buffer
  }

  private func write(_ bytes: [UInt8]) throws(WorkerFailure) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        send(
          conversation, buffer.baseAddress.map { $0 + sent }, buffer.count - sent,
          Int32(MSG_NOSIGNAL))
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw .died(death()) }
      sent += count
    }
  }

  private func read(_ length: Int, _ deadline: DispatchTime, _ seconds: Int)
    throws(WorkerFailure) -> [UInt8]
  {
    var bytes = [UInt8](repeating: 0, count: length)
    var filled = 0
    while filled < length {
      let now = DispatchTime.now()
      guard now < deadline else {
        stop()
        throw .hung(seconds)
      }
      if Interruption.isRequested {
        stop()
        throw .interrupted
      }
      let left = (deadline.uptimeNanoseconds - now.uptimeNanoseconds) / 1_000_000
      var readable = pollfd(fd: conversation, events: Int16(POLLIN), revents: 0)
      guard poll(&readable, 1, Int32(clamping: min(left + 1, 200))) > 0 else { continue }
      let count = bytes.withUnsafeMutableBytes { buffer in
        recv(conversation, buffer.baseAddress.map { $0 + filled }, length - filled, 0)
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw .died(death()) }
      filled += count
    }
    return bytes
  }

  /// Ends the process.
  private func stop() {
    if isDead { return }
    isDead = true
    kill(process, SIGKILL)
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
  }

  /// What the process died of, which has closed its end of the conversation.
  private func death() -> String {
    if isDead { return "it has ended" }
    var status: Int32 = 0
    // Between the closing and the end a core may be written.
    for _ in 0..<250 {
      if waitpid(process, &status, WNOHANG) == process {
        isDead = true
        let signal = status & 0x7f
        return signal == 0
          ? "it ended with code \(status >> 8 & 0xff)"
          : "signal \(signal), \(String(cString: strsignal(signal)))"
      }
      usleep(20_000)
    }
    stop()
    return "it closed the conversation"
  }
}
