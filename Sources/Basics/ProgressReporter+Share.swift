extension ProgressReporter {
  /// Runs a stage whose work tells the share that is done, 0…1, and is told whether to go on: until a
  /// signal asks to stop.
  package func stage<Result>(
    _ name: String, _ work: ((Double) -> Bool) throws -> Result
  ) rethrows -> Result {
    begin(name, total: 100)
    defer { end() }
    var done = 0
    func reach(_ percent: Int) {
      if percent > done { advance(by: percent - done) }
      done = max(done, percent)
    }
    let result = try work { share in
      reach(Int(100 * share))
      return !Interruption.isRequested
    }
    reach(100)
    return result
  }
}
