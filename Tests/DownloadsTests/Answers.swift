import Foundation
import TestSupport

/// Answers of servers, good and bad.
enum Answers {
  /// Serves bytes as a proper server does: whole, or a range if the entity tag still fits.
  static func file(
    _ bytes: [UInt8] = payload, tag: String? = "\"v1\"", date: String? = nil, hasRanges: Bool = true
  ) -> TestServer.Answer {
    { request, connection in
      let validators =
        (tag.map { [("ETag", $0)] } ?? []) + (date.map { [("Last-Modified", $0)] } ?? [])
      let isSame = [tag, date].contains(request.fields["if-range"])
      guard hasRanges, isSame, let offset = request.offset else {
        connection.head("200 OK", validators + [("Content-Length", "\(bytes.count)")])
        connection.send(bytes[...])
        return
      }
      guard offset < bytes.count else {
        connection.head("416 Range Not Satisfiable", [("Content-Range", "bytes */\(bytes.count)")])
        return
      }
      rest(of: bytes, from: offset, fields: validators)(request, connection)
    }
  }

  /// A part with a true Content-Range, unless another is given.
  static func rest(
    of bytes: [UInt8], from offset: Int, range: String? = nil, fields: [(String, String)] = []
  ) -> TestServer.Answer {
    { _, connection in
      let range = range ?? "bytes \(offset)-\(bytes.count - 1)/\(bytes.count)"
      connection.head(
        "206 Partial Content",
        fields + [("Content-Range", range), ("Content-Length", "\(bytes.count - offset)")])
      connection.send(bytes[offset...])
    }
  }

  /// Announces all and sends some.
  static func cut(after count: Int, tag: String? = "\"v1\"") -> TestServer.Answer {
    { _, connection in
      connection.head(
        "200 OK",
        (tag.map { [("ETag", $0)] } ?? []) + [("Content-Length", "\(payload.count)")])
      connection.send(payload[..<count])
      connection.reset()
    }
  }

  /// A status without a body, and headers if need be.
  static func status(_ line: String, _ fields: [(String, String)] = []) -> TestServer.Answer {
    { _, connection in connection.head(line, fields + [("Content-Length", "0")]) }
  }

  /// Bytes without an announced length, up to the end of the connection.
  static func unannounced(_ bytes: [UInt8]) -> TestServer.Answer {
    { _, connection in
      connection.head("200 OK")
      connection.send(bytes[...])
    }
  }

  /// One piece in chunks, ended properly.
  static func chunked(_ bytes: [UInt8]) -> TestServer.Answer {
    { _, connection in
      connection.head("200 OK", [("Transfer-Encoding", "chunked")])
      if !bytes.isEmpty {
        connection.send("\(String(bytes.count, radix: 16))\r\n")
        connection.send(bytes[...])
        connection.send("\r\n")
      }
      connection.send("0\r\n\r\n")
    }
  }

  /// Ten bytes a tenth of a second, without end.
  static let trickle: TestServer.Answer = { _, connection in
    connection.head("200 OK", [("Content-Length", "\(payload.count)"), ("ETag", "\"v1\"")])
    var offset = 0
    while offset + 10 < payload.count, connection.send(payload[offset..<offset + 10]) {
      offset += 10
      usleep(100_000)
    }
  }

  /// Each answer in turn; the last stays.
  static func inTurn(_ answers: [TestServer.Answer]) -> TestServer.Answer {
    let turn = Turn()
    return { request, connection in
      answers[min(turn.next(), answers.count - 1)](request, connection)
    }
  }
}
