import EncoderKit

extension EncoderConformance {
  /// Bytes of live tensors before a network, after each of its passes, and after it is gone.
  func memory(_ subject: some Subject) throws -> ConformanceCheck {
    func now() -> Int { MemoryPool.shared.usage.now }
    func use() throws -> [Int] {
      let (store, network) = try build(subject)
      return (0..<4).map { round in
        let tape = Tape()
        var pass = makePass(.training, tape: tape)
        let features = network.features([0, 1], &pass)
        tape.backward(from: features, gradient: projection(features.shape))
        for parameter in store.parameters { _ = parameter.node.take() }
        _ = values(network, [0, 1])
        return now()
      }
    }
    // The kernels' scratch memory comes to its size.
    _ = try use()
    let before = now()
    let rounds = try use()
    let after = now()
    // Weights' other layouts come with the first round.
    let growth = (rounds.last ?? 0) - rounds[1]
    guard growth <= 0, after <= before else {
      return ConformanceCheck(
        .memory, .failed,
        found:
          "\(max(0, growth / 2)) bytes more after each pass, \(max(0, after - before)) still there "
          + "when the network is gone", expected: "none")
    }
    return ConformanceCheck(
      .memory, .passed, found: "all of \((rounds.last ?? 0) - before) bytes come back", expected: ""
    )
  }
}
