import Basics

/// What a run tells while it is under way.
public enum StudyProgress: Sendable, Equatable {
  /// A stage is under way: its name, the steps that are done, how many there are in all (nil where
  /// that is not known), and what was said last of it, such as `loss 0.41`.
  case stage(name: String, done: Int, total: Int?, detail: String)
  /// A stage has ended.
  case stageEnded(name: String)
  /// A line of progress, such as `cell 3 of 12, about 40 s left`.
  case line(String)
  /// What a person must know of the result though nothing failed: what was left out, cut, guessed
  /// or chosen by default, with counts. Each is told once.
  case note(String)

  init(_ event: ProgressReporter.Event) {
    switch event {
    case .stage(let name, let done, let total, let note):
      self = .stage(name: name, done: done, total: total, detail: note)
    case .ended(let name): self = .stageEnded(name: name)
    case .line(let text): self = .line(text)
    case .note(let text): self = .note(text)
    }
  }
}
