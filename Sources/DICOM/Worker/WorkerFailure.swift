/// Why a worker gave no answer.
enum WorkerFailure: Error, Equatable {
  /// There is no such program, or it can't be started: why.
  case missing(String)
  /// It died: of which signal, or with which code.
  case died(String)
  /// It was stopped after so many seconds.
  case hung(Int)
  /// It was stopped since the user wants to stop.
  case interrupted
  /// It said what can't be.
  case garbled
}
