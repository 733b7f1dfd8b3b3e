import Basics
import Registry
import Training
import Tuning

extension TuningSpecification {
  /// What a combination is searched over: the default of its side, with what the specification says of the side and of
  /// the name.
  ///
  /// - Throws: `ZooError` with the place of a setting that can't be searched over.
  func space(of combination: Combination) throws -> SearchSpace {
    let side = TunedSide(combination: combination)
    let space = try space(
      Self.usual(combination), [side.name, side.branchName, combination.name])
    for parameter in space.parameters { try side.check(parameter) }
    if halving != nil, let parameter = space.parameters.first(where: { $0.key.hasSuffix("epochs") })
    {
      throw ZooError(
        .badValue,
        "\"\(parameter.key)\" is searched over, and successive halving compares trials epoch by epoch",
        at: parameter.place, advice: "leave \"halving\" out, or the number of epochs")
    }
    return space
  }

  /// What the linear model of the words is searched over.
  func baselineSpace() throws -> SearchSpace {
    let usual = [
      SearchParameter("inverseStrength", .number(low: 0.01, high: 1000, isLogarithmic: true)),
      SearchParameter("bigrams", .choice([false, true])),
      SearchParameter("minimumDocuments", .choice([1, 2, 5])),
    ]
    let space = try space(usual, ["baseline"])
    let known = usual.map(\.key)
    for parameter in space.parameters where !known.contains(parameter.key) {
      throw ZooError(
        .badValue, "the baseline has no setting \"\(parameter.key)\"", at: parameter.place,
        advice: "expected one of: \(known.joined(separator: ", "))")
    }
    return space
  }

  private func space(_ usual: [SearchParameter], _ names: [String]) throws -> SearchSpace {
    var parameters = usual
    for name in names {
      for (key, parameter) in (spaces[name] ?? [:]).sorted(by: { $0.key < $1.key }) {
        let index = parameters.firstIndex { $0.key == key }
        if let index { parameters.remove(at: index) }
        if let parameter { parameters.insert(parameter, at: index ?? parameters.count) }
      }
    }
    return try SearchSpace(parameters)
  }

  /// The settings that decide most where nothing else is known: the rate above all, then what keeps a model from
  /// learning its few cases by heart.
  private static func usual(_ combination: Combination) -> [SearchParameter] {
    func logarithmic(_ key: String, _ low: Double, _ high: Double) -> SearchParameter {
      SearchParameter(key, .number(low: low, high: high, isLogarithmic: true))
    }
    if combination.image != nil, combination.text != nil {
      let head = combination.head
      return [logarithmic("training.learningRate", 3e-5, 1e-2)]
        + (head.fineTuning.epochs > 0 ? [logarithmic("fineTuning.learningRate", 1e-6, 1e-3)] : [])
        + [
          logarithmic("training.weightDecay", 1e-4, 0.3),
          SearchParameter("dropout", .number(low: 0, high: 0.7, isLogarithmic: false)),
        ]
    }
    let isGiven = combination.image?.features != nil || combination.text?.features != nil
    let isFrozen =
      isGiven || combination.image?.frozen == "all" || combination.text?.frozen == "all"
    let isPretrained = combination.image?.weights != nil || combination.text?.weights != nil
    let rate =
      isFrozen
      ? logarithmic("training.learningRate", 1e-4, 3e-2)
      : isPretrained
        ? logarithmic("training.learningRate", 1e-5, 3e-3)
        : logarithmic("training.learningRate", 1e-4, 1e-2)
    return [rate]
      + (isPretrained && !isFrozen
        ? [SearchParameter("training.encoderRate", .choice([0.1, 0.3, 1]))] : [])
      + [
        logarithmic("training.weightDecay", 1e-4, 0.3),
        SearchParameter("decoder.dropout", .number(low: 0, high: 0.7, isLogarithmic: false)),
      ]
  }

  /// Sees that every space is one, and that each of its ends is a setting that the branch can have.
  ///
  /// - Throws: `ZooError` with the place.
  func check(_ study: StudySpecification, registry: EncoderRegistry) throws {
    let combinations = study.combinations
    let names =
      Self.sides + combinations.flatMap { [$0.name, TunedSide(combination: $0).branchName] }
    if let unknown = spaces.keys.sorted().first(where: { !names.contains($0) }) {
      throw ZooError(
        .badValue,
        "\"space\": no side, encoder, head or combination is called \"\(unknown)\"", at: place,
        advice: nearestName(to: unknown, among: names).map { "did you mean \"\($0)\"?" })
    }
    _ = try baselineSpace()
    for combination in combinations {
      let side = TunedSide(combination: combination)
      for parameter in try space(of: combination).parameters {
        let count = parameter.choiceCount ?? 2
        for index in 0..<count {
          let unit =
            parameter.choiceCount == nil
            ? Double(index) : (Double(index) + 0.5) / Double(count)
          do {
            _ = try side.combination(
              with: [parameter.key: parameter.value(at: unit)], registry: registry)
          } catch let error as ZooError {
            throw ZooError(
              error.code, "\(parameter.key) of \(combination.name): \(error.message)",
              at: parameter.place.path == nil ? place : parameter.place, advice: error.advice)
          }
        }
      }
    }
  }
}
