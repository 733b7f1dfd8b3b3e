import Basics
import CSQLite
import Foundation

/// An SQLite file (https://sqlite.org), for one thread at a time.
///
/// Other processes may use it meanwhile: who finds it busy waits up to ten seconds.
final class Database {
  /// What a column holds, or a question asks with.
  enum Value: Sendable, Equatable {
    case text(String)
    case number(Double)
    case null
  }

  private let path: String
  private var handle: OpaquePointer?

  /// Opens a file, which is made where it is not there.
  ///
  /// - Throws: `ZooError` of code `.system` with SQLite's reason.
  init(_ path: String) throws {
    self.path = path
    // One thread at a time uses it.
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
    guard sqlite3_open_v2(path, &handle, flags, nil) == SQLITE_OK else { throw failure("open") }
    sqlite3_busy_timeout(handle, 10_000)
  }

  deinit { sqlite3_close_v2(handle) }

  /// Runs statements that give nothing back.
  ///
  /// - Throws: `ZooError` of code `.system` with SQLite's reason.
  func run(_ statements: String) throws {
    guard sqlite3_exec(handle, statements, nil, nil, nil) == SQLITE_OK else {
      throw failure("change")
    }
  }

  /// Runs one statement with values in the place of its question marks; its rows.
  ///
  /// - Throws: `ZooError` of code `.system` with SQLite's reason.
  @discardableResult
  func rows(_ statement: String, _ values: [Value] = []) throws -> [[Value]] {
    var prepared: OpaquePointer?
    guard sqlite3_prepare_v2(handle, statement, -1, &prepared, nil) == SQLITE_OK else {
      throw failure("ask")
    }
    defer { sqlite3_finalize(prepared) }
    for (index, value) in values.enumerated() {
      let place = Int32(index + 1)
      switch value {
      case .text(let text):
        // A negative destructor, which Swift does not see as a macro: SQLite copies the text.
        sqlite3_bind_text(
          prepared, place, text, -1, unsafeBitCast(-1, to: sqlite3_destructor_type.self))
      case .number(let number): sqlite3_bind_double(prepared, place, number)
      case .null: sqlite3_bind_null(prepared, place)
      }
    }
    var rows: [[Value]] = []
    while true {
      switch sqlite3_step(prepared) {
      case SQLITE_ROW:
        rows.append((0..<sqlite3_column_count(prepared)).map { column(prepared, $0) })
      case SQLITE_DONE: return rows
      default: throw failure("ask")
      }
    }
  }

  /// Runs `body` as one change: all of it or nothing.
  ///
  /// - Throws: what `body` throws, or `ZooError` of code `.system`.
  func transaction(_ body: () throws -> Void) throws {
    try run("BEGIN IMMEDIATE")
    do {
      try body()
      try run("COMMIT")
    } catch {
      try? run("ROLLBACK")
      throw error
    }
  }

  private func column(_ statement: OpaquePointer?, _ index: Int32) -> Value {
    switch sqlite3_column_type(statement, index) {
    case SQLITE_NULL: .null
    case SQLITE_INTEGER, SQLITE_FLOAT: .number(sqlite3_column_double(statement, index))
    default: .text(sqlite3_column_text(statement, index).map { String(cString: $0) } ?? "")
    }
  }

  private func failure(_ what: String) -> ZooError {
    let reason = handle.flatMap { sqlite3_errmsg($0) }.map { String(cString: $0) }
    return ZooError(
      .system, "the index of runs can't be used (\(what)): \(reason ?? "no memory")",
      at: Place(path: path),
      advice: "it holds nothing of its own: delete it, and zoo runs scan DIR makes it again")
  }
}
