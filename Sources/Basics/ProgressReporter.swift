import Foundation
import Synchronization

/// Tells a person how far the work is and how long it will take, on the standard error.
///
/// On a terminal one line is rewritten, at most ten times a second; elsewhere (a log, a pipe) plain
/// lines appear, at most one in ten seconds and one at the end of each stage. One stage runs at a
/// time; any thread may report.
///
/// ```swift
/// let progress = ProgressReporter(mode: .automatic)
/// progress.begin("training densenet", total: 120)
/// for step in 0..<120 { progress.advance(note: "loss \(train(step))") }
/// progress.end()
/// // training densenet: 120/120 in 3 min 05 s, loss 0.41
/// ```
package final class ProgressReporter: Sendable {
  /// How progress is shown.
  package enum Mode: Sendable {
    /// As `.terminal` where the standard error is one, else as `.plain`.
    case automatic
    /// Nothing is written but notes.
    case quiet
    /// Whole lines, rarely.
    case plain
    /// One line, rewritten.
    case terminal
  }

  /// Seconds that lie at least between two rewritings of the line on a terminal.
  static let terminalInterval = 0.1
  /// Seconds that lie at least between two plain lines of one stage.
  static let plainInterval = 10.0

  private struct State {
    /// What a note was given once for.
    var noted: Set<String> = []
    var stage: ProgressStage?
    var lastShown = -Double.infinity
    /// Whether the terminal's cursor stands behind a line that may be rewritten.
    var isLineOpen = false
    /// Lines below that of the stage, on a terminal.
    var rows: [String] = []
    /// How many of them stand there.
    var shownRows = 0
    var notes: [ReportedNote] = []
    /// What is said while a piece of work keeps its notes, said before or not; nil while none does.
    var kept: [ReportedNote]?
  }

  /// What an observer is told.
  package enum Event: Sendable, Equatable {
    /// A stage has begun, or steps of it are done.
    case stage(name: String, done: Int, total: Int?, note: String)
    /// A stage has ended.
    case ended(name: String)
    /// A line that stays.
    case line(String)
    /// What a person must know of a result.
    case note(String)
  }

  private let mode: Mode
  private let observer: (@Sendable (Event) -> Void)?
  private let write: @Sendable (String) -> Void
  private let now: @Sendable () -> Double
  private let width: @Sendable () -> Int
  private let height: @Sendable () -> Int
  private let state = Mutex(State())

  /// A reporter that writes to the standard error, or hands its texts to `write`.
  ///
  /// `write` is called by one thread at a time, in order, and must not call the reporter. With
  /// `.automatic` the standard error decides, whatever `write` is.
  package convenience init(mode: Mode, write: (@Sendable (String) -> Void)? = nil) {
    let start = ContinuousClock.now
    self.init(
      mode: mode, write: write ?? writeToStandardError,
      now: { (ContinuousClock.now - start) / .seconds(1) }, width: { standardErrorSize().columns },
      height: { standardErrorSize().rows })
  }

  /// A reporter that writes nothing and tells `observer` of everything, one thread at a time, in order.
  ///
  /// `observer` must not call the reporter.
  package init(observer: @escaping @Sendable (Event) -> Void) {
    mode = .plain
    self.observer = observer
    write = { _ in }
    now = { 0 }
    width = { 80 }
    height = { 24 }
  }

  /// A reporter with a clock (seconds) and a terminal width (columns) of the caller's.
  init(
    mode: Mode, write: @escaping @Sendable (String) -> Void,
    now: @escaping @Sendable () -> Double, width: @escaping @Sendable () -> Int,
    height: @escaping @Sendable () -> Int = { 24 }
  ) {
    self.mode = mode == .automatic ? (isStandardErrorTerminal() ? .terminal : .plain) : mode
    observer = nil
    self.write = write
    self.now = now
    self.width = width
    self.height = height
  }

  /// Starts a stage of `total` steps (nil: unknown), ending the one before.
  package func begin(_ name: String, total: Int? = nil) {
    guard mode != .quiet else { return }
    state.withLock { state in
      finish(&state)
      let time = now()
      state.stage = ProgressStage(name: singleLine(name), total: total, start: time)
      observe(state.stage)
      // A plain stage that ends within ten seconds says only that it ended.
      state.lastShown = mode == .plain ? time : -.infinity
      show(&state, at: time)
    }
  }

  /// Reports that steps are done; the note stays until another replaces it.
  ///
  /// Without a stage nothing happens.
  package func advance(by steps: Int = 1, note: String? = nil) {
    guard mode != .quiet else { return }
    state.withLock { state in
      guard state.stage != nil else { return }
      state.stage?.done += steps
      if let note { state.stage?.note = singleLine(note) }
      observe(state.stage)
      show(&state, at: now())
    }
  }

  /// Says how long the rest will take, in place of the stage's mean rate; nil takes that again.
  package func expect(secondsLeft: Double?) {
    guard mode != .quiet else { return }
    state.withLock { state in
      state.stage?.expected = secondsLeft.map { ($0, now()) }
    }
  }

  /// Whether ``rows(_:)`` shows anything.
  package var showsRows: Bool { mode == .terminal }

  /// Shows lines below that of the stage, such as one for each worker; on a terminal alone, until others replace them.
  package func rows(_ texts: [String]) {
    guard mode == .terminal else { return }
    state.withLock { state in
      // More lines than the window has would scroll it.
      let room = max(1, height() - 2)
      state.rows = texts.prefix(texts.count > room ? room - 1 : room).map(singleLine)
      if texts.count > room { state.rows.append("  and \(texts.count - room + 1) more") }
      show(&state, at: now())
    }
  }

  /// Writes a line that stays.
  package func line(_ text: String) {
    guard mode != .quiet else { return }
    state.withLock { state in
      observer?(.line(text))
      permanent(text, &state)
      guard mode == .terminal, state.stage != nil else { return }
      state.lastShown = -.infinity
      show(&state, at: now())
    }
  }

  /// Writes `note: TEXT` as a line that stays, in quiet mode too, once for each text.
  ///
  /// A note is what a person must know of a result though nothing failed: what was left out, cut,
  /// guessed or chosen by default, with counts. Reports show all of ``notes``.
  package func note(_ text: String) {
    note(ReportedNote(text: text))
  }

  /// Notes the first of several texts on one subject, such as those of every split.
  package func note(_ text: String, onceFor subject: String) {
    note(ReportedNote(text: text, subject: subject))
  }

  /// Says a note again that was kept from an earlier run.
  package func note(_ kept: ReportedNote) {
    state.withLock { state in
      if state.kept?.contains(kept) == false { state.kept?.append(kept) }
      if let subject = kept.subject, !state.noted.insert(subject).inserted { return }
      add(kept, &state)
    }
  }

  /// All notes so far, in order.
  package var notes: [String] { state.withLock { $0.notes.map(\.text) } }

  /// Runs `body`, and returns the notes of it, for a run that is gone on with to say again.
  ///
  /// Also those that had been said before: which piece of work was the first to say them depends on who did what.
  package func keepingNotes<Value>(_ body: () throws -> Value) rethrows -> (Value, [ReportedNote]) {
    state.withLock { $0.kept = [] }
    defer { state.withLock { $0.kept = nil } }
    let value = try body()
    return (value, state.withLock { $0.kept ?? [] })
  }

  /// Ends the stage with a line that stays: its steps, its time, its last note.
  package func end() {
    guard mode != .quiet else { return }
    state.withLock { state in finish(&state) }
  }

  private func add(_ note: ReportedNote, _ state: inout State) {
    guard !state.notes.contains(where: { $0.text == note.text }) else { return }
    state.notes.append(note)
    observer?(.note(note.text))
    permanent("note: \(note.text)", &state)
    guard mode == .terminal, state.stage != nil else { return }
    state.lastShown = -.infinity
    show(&state, at: now())
  }

  private func finish(_ state: inout State) {
    guard let stage = state.stage else { return }
    observer?(.ended(name: stage.name))
    permanent(stage.endText(at: now()), &state)
    state.stage = nil
    state.rows = []
  }

  private func observe(_ stage: ProgressStage?) {
    guard let stage else { return }
    observer?(.stage(name: stage.name, done: stage.done, total: stage.total, note: stage.note))
  }

  private func show(_ state: inout State, at time: Double) {
    let interval = mode == .terminal ? Self.terminalInterval : Self.plainInterval
    guard let stage = state.stage, time - state.lastShown >= interval else { return }
    state.lastShown = time
    let text = stage.text(at: time)
    if mode == .terminal {
      // The last column stays free: some terminals wrap as soon as it is filled.
      let room = max(1, width() - 1)
      // Rows that are gone are wiped out; the cursor stays in the stage's line.
      let wipes = state.shownRows > state.rows.count
      let below = state.rows.map { "\n\($0.prefix(room))\u{1b}[K" }.joined()
      let back = state.rows.isEmpty ? "" : "\u{1b}[\(state.rows.count)A\r"
      write("\r\(wipes ? "\u{1b}[J" : "")\(text.prefix(room))\u{1b}[K\(below)\(back)")
      state.isLineOpen = true
      state.shownRows = state.rows.count
    } else {
      write(text + "\n")
    }
  }

  private func permanent(_ text: String, _ state: inout State) {
    let wiped = state.shownRows > 0 ? "\u{1b}[J" : "\u{1b}[K"
    write((state.isLineOpen ? "\r" + wiped : "") + text + "\n")
    (state.isLineOpen, state.shownRows) = (false, 0)
  }
}

/// Control characters would leave the line or move the cursor.
private func singleLine(_ text: String) -> String {
  String(
    String.UnicodeScalarView(
      text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
}

private func isStandardErrorTerminal() -> Bool {
  isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
}

private func standardErrorSize() -> (columns: Int, rows: Int) {
  var size = winsize()
  guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return (80, 24) }
  return (Int(size.ws_col), size.ws_row > 0 ? Int(size.ws_row) : 24)
}

/// Progress that can't be written is no reason to stop the work: failures are ignored.
private func writeToStandardError(_ text: String) { writeWhole(text, to: STDERR_FILENO) }
