import EncoderKit

extension EncoderConformance {
  func determinism(_ subject: some Subject) throws -> ConformanceCheck {
    let network = try build(subject).network
    let again = try build(subject).network
    let first = values(network, [0, 1, 2])
    let others = [
      ("a second pass", values(network, [0, 1, 2])),
      ("another random stream", values(network, [0, 1, 2], seed: 99)),
      ("a second network of the same weights", values(again, [0, 1, 2])),
    ]
    for (name, other) in others where other != first {
      return ConformanceCheck(
        .determinism, .failed, found: "\(name) differs by \(brief(distance(other, first)))",
        expected: "the same bits in evaluation")
    }
    let (a, b) = (
      values(network, [0, 1], .training, seed: 4, freezesStatistics: true),
      values(network, [0, 1], .training, seed: 4, freezesStatistics: true)
    )
    guard a == b else {
      return ConformanceCheck(
        .determinism, .failed, found: "training differs by \(brief(distance(a, b)))",
        expected: "the same bits for the same random stream: draw from pass.random alone")
    }
    return ConformanceCheck(.determinism, .passed, found: "the same bits", expected: "")
  }

  func independence(_ subject: some Subject) throws -> ConformanceCheck {
    let network = try build(subject).network
    let limit = 1e-4
    let together = values(network, Array(0..<subject.count))
    // What it gives, not what it says: another check compares the two.
    let width = together.count / subject.count
    var worst = 0.0
    for sample in 0..<subject.count {
      let row = Array(together[sample * width..<(sample + 1) * width])
      let alone = values(network, [sample])
      let other = (sample + 1) % subject.count
      let second = Array(values(network, [other, sample]).suffix(width))
      worst = max(worst, distance(alone, row), distance(second, row))
    }
    return ConformanceCheck(
      .independence, worst <= limit ? .passed : .failed,
      found: "a sample's features differ by \(brief(worst)) with the batch around it",
      expected: "at most \(brief(limit))")
  }

  func modes(_ subject: some Subject) throws -> ConformanceCheck {
    let (store, network) = try build(subject)
    func contents() -> [[Float]] { store.parameters.map(\.value.values) }
    func changed(_ before: [[Float]]) -> [Parameter] {
      zip(store.parameters, zip(before, contents())).filter { $0.1.0 != $0.1.1 }.map(\.0)
    }
    let start = contents()
    let evaluated = values(network, [0, 1])
    if let parameter = changed(start).first {
      return ConformanceCheck(
        .modes, .failed, found: "evaluation changed \(parameter.key)", expected: "nothing changed")
    }
    _ = values(network, [0, 1], .training)
    if let parameter = changed(start).first(where: { $0.kind != .statistic }) {
      return ConformanceCheck(
        .modes, .failed, found: "a training pass changed \(parameter.key)",
        expected: "statistics alone")
    }
    let statistics = store.parameters.count { $0.kind == .statistic }
    ParameterStore.restore(store.parameters, to: start)
    // Without batch statistics and, if nothing is drawn, without dropout, training is evaluation.
    let (a, b) = (
      values(network, [0, 1], .training, seed: 4, freezesStatistics: true),
      values(network, [0, 1], .training, seed: 5, freezesStatistics: true)
    )
    guard a == b else {
      return ConformanceCheck(
        .modes, .passed,
        found: "\(statistics) statistics; training draws random numbers, so its features were not "
          + "compared with evaluation's", expected: "")
    }
    let apart = distance(a, evaluated)
    return ConformanceCheck(
      .modes, apart <= 1e-4 ? .passed : .failed,
      found: "\(statistics) statistics; with those frozen, training's features differ by "
        + brief(apart), expected: "at most 1e-4: only batch statistics and dropout may differ")
  }

  func freezing(_ subject: some Subject, stages: () throws -> String?) throws -> ConformanceCheck {
    let expected = "no gradient, and statistics as they were"
    let (store, network) = try build(subject)
    let before = store.parameters.map(\.value.values)
    store.setTrainable(false)
    let tape = Tape()
    var pass = makePass(.training, tape: tape, freezesStatistics: true)
    let features = network.features([0, 1], &pass)
    tape.backward(from: features, gradient: projection(features.shape))
    for (parameter, values) in zip(store.parameters, before) {
      if parameter.node.take() != nil {
        return ConformanceCheck(
          .freezing, .failed, found: "\(parameter.key), frozen, gets a gradient", expected: expected
        )
      }
      if parameter.value.values != values {
        return ConformanceCheck(
          .freezing, .failed, found: "\(parameter.key), frozen, changed", expected: expected)
      }
    }
    if let problem = try stages() {
      return ConformanceCheck(
        .freezing, .failed, found: problem,
        expected: "stages that run one after the other, each with its own parameters")
    }
    return ConformanceCheck(
      .freezing, .passed,
      found: "\(before.count) tensors stay\(subject is ImageSubject ? ", stage by stage" : "")",
      expected: "")
  }

  /// What is wrong with an image encoder's stages; nil where nothing is.
  func stages(_ subject: ImageSubject) throws -> String? {
    let (store, built) = try build(subject)
    guard let network = built as? ImageNetwork else { return nil }
    let encoder = network.encoder
    let whole = values(network, [0, 1])
    for first in 1..<max(1, encoder.stages.count) {
      var still = makePass(.evaluation)
      let maps = encoder.run(stages: 0..<first, on: network.batch([0, 1]), &still)
      let tape = Tape()
      var pass = makePass(.evaluation, tape: tape)
      let features = encoder.features(from: first, of: maps.detached, &pass)
      guard distance(features.values, whole) <= 1e-4 else {
        return "from stage \(encoder.stages[first].name) on the features are others"
      }
      tape.backward(from: features, gradient: projection(features.shape))
      for parameter in store.parameters {
        let isReached = parameter.node.take() != nil
        guard let owner = encoder.stages.firstIndex(where: { $0.owns(parameter.key) }) else {
          return "\(parameter.key) belongs to no stage"
        }
        guard parameter.kind == .statistic || isReached == (owner >= first) else {
          return "\(parameter.key) of stage \(encoder.stages[owner].name) "
            + (isReached ? "is used in a later one" : "is used in an earlier one")
        }
      }
    }
    return nil
  }
}
