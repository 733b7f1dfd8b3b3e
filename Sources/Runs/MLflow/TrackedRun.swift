/// A combination, or one of its splits, as a tracking server keeps it.
struct TrackedRun {
  /// A number, and the epoch it belongs to.
  struct Metric {
    let name: String
    let step: Int
    let value: Double
  }

  /// A file, and what it is called there.
  struct File {
    let path: String
    let name: String
  }

  let name: String
  /// What tells it from other runs of the study.
  let key: String
  var tags: [(String, String)] = []
  var parameters: [(String, String)] = []
  var metrics: [Metric] = []
  var files: [File] = []
  /// Milliseconds since 1970.
  var begun = 0
  var ended = 0
  /// The splits of a combination.
  var children: [TrackedRun] = []
}
