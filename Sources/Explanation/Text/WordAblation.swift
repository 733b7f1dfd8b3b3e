import Basics
import Datasets
import Evaluation
import Registry
import Tensors
import Training

/// Which words speak for the positive class over many reports, and whether taking them out matters.
package struct WordAblation: Sendable {
  /// A word over all reports.
  package struct Word: Sendable, Equatable {
    /// As the model reads it.
    package let token: String
    package let instances: Int
    package let reports: Int
    /// The mean over its instances of integrated gradients, in logits.
    package let integrated: Double
    /// The mean over its instances of the share of squared gradients.
    package let gradient: Double
    /// The instance that speaks most in the direction of the mean.
    package let example: WordExample
  }

  /// By what words are taken out first.
  package enum Order: String, Sendable, CaseIterable {
    /// The largest integrated gradients.
    case integrated
    /// The largest squared gradients, the paper's score.
    case gradient
    /// At random, the mean over draws.
    case random

    /// As a table calls it.
    package var title: String {
      switch self {
      case .integrated: "largest integrated gradients"
      case .gradient: "largest squared gradients"
      case .random: "random words"
      }
    }
  }

  /// By how much the logit falls as words are taken out of the positive class's reports.
  package struct Curve: Sendable {
    package let order: Order
    /// The mean change of the logit with 0, 1, 2, … words taken out.
    package let changes: [Double]
    /// How much lower it lies than with random words, the mean over the numbers of words from 1; nil
    /// for random words.
    package let area: Double?
    /// The 95 % bootstrap interval of the area, over reports.
    package let interval: Interval?
  }

  package let model: String
  package let description: String
  package let isSynthetic: Bool
  package let warnings: [String]
  /// The positive class.
  package let positive: String
  package let reports: Int
  /// How many of them are of the positive class.
  package let positives: Int
  /// Reports of which the model knows no word.
  package let unknown: Int
  /// All known words, those that speak most for the positive class first.
  package let words: [Word]
  package let curves: [Curve]
  package let settings: WordAblationSettings
  /// What is known of each model.
  package let records: [ModelRecord]

  /// Studies a selection's texts with its models; images are held fixed.
  ///
  /// Of a model of many classes or findings `finding` is asked about.
  ///
  /// - Throws: `ZooError` for a model without texts or a case that can't be read; `Interrupted`.
  package init(
    _ selection: CaseSelection, model: String, finding: String? = nil,
    settings: WordAblationSettings,
    registry: EncoderRegistry, kernels: any Kernels, progress: ProgressReporter
  ) throws {
    var tallies: [String: Tally] = [:]
    var changes: [[Order: [Double]]] = []
    var (reports, unknown) = (0, 0)
    var positive = ""
    var notes = TextNotes()
    var records: [ModelRecord] = []
    progress.begin("reading", total: selection.count)
    defer { progress.end() }
    for group in selection.groups where !group.cases.isEmpty {
      let explainer = try Explainer(
        folder: group.model, finding: finding, registry: registry, kernels: kernels,
        settings: settings.explanation)
      guard explainer.model.text != nil else {
        throw ZooError(.usage, "the model reads no texts", at: Place(path: group.model))
      }
      positive = explainer.positive ?? ""
      records.append(try explainer.record())
      notes.add(group.cases, readBy: explainer.model)
      for item in group.cases {
        try Interruption.check()
        progress.advance(note: item.id)
        let seen = try explainer.words(
          images: explainer.model.image?.reduced(item).images ?? [], text: item.text ?? "")
        guard let seen else {
          unknown += 1
          continue
        }
        reports += 1
        var here: Set<String> = []
        for word in seen.explanation.words where word.state == .known {
          tallies[word.token, default: Tally()].add(
            word, of: item.text ?? "", isFirst: here.insert(word.token).inserted)
        }
        if explainer.model.task == .multiLabel
          ? item.findings.contains(positive) : item.label == positive
        {
          let stream = RandomStream(seed: settings.seed).derived("deletion").derived(item.id)
          changes.append(WordAblation.deletions(seen, settings, stream: stream))
        }
      }
    }
    self.model = model
    description = selection.description
    isSynthetic = selection.isSynthetic
    warnings = selection.warnings + notes.told(to: progress)
    self.positive = positive
    self.reports = reports
    positives = changes.count
    self.unknown = unknown
    self.settings = settings
    self.records = records
    words = tallies.map { $1.word($0) }.sorted {
      $0.integrated != $1.integrated ? $0.integrated > $1.integrated : $0.token < $1.token
    }
    curves = Order.allCases.map { WordAblation.curve($0, changes, settings) }
  }

  private struct Tally {
    var (instances, reports) = (0, 0)
    var (integrated, gradient) = (0.0, 0.0)
    /// The instances with the largest and the smallest integrated gradients.
    private var highest: (value: Double, text: String, bytes: Range<Int>)?
    private var lowest: (value: Double, text: String, bytes: Range<Int>)?

    mutating func add(_ word: WordAttribution, of text: String, isFirst: Bool) {
      if word.integrated > highest?.value ?? -.infinity {
        highest = (word.integrated, text, word.bytes)
      }
      if word.integrated < lowest?.value ?? .infinity {
        lowest = (word.integrated, text, word.bytes)
      }
      instances += 1
      if isFirst { reports += 1 }
      integrated += word.integrated
      gradient += word.gradient
    }

    func word(_ token: String) -> Word {
      Word(
        token: token, instances: instances, reports: reports,
        integrated: integrated / Double(instances), gradient: gradient / Double(instances),
        example: (integrated >= 0 ? highest : lowest).map {
          WordExample(in: $0.text, bytes: $0.bytes)
        } ?? WordExample(in: token, bytes: 0..<token.utf8.count))
    }
  }

  /// The change of one report's logit with 0, 1, … words taken out; a report that has no more words to
  /// spare stays where it is, one word left.
  private static func deletions(
    _ seen: Explainer.SeenWords, _ settings: WordAblationSettings, stream: RandomStream
  ) -> [Order: [Double]] {
    let count = seen.reading.readCount
    let words = Array(seen.explanation.words.prefix(count))
    let most = min(settings.removals, count - 1)
    func ranked(_ value: (WordAttribution) -> Double) -> [Int] {
      words.indices.sorted {
        let (a, b) = (value(words[$0]), value(words[$1]))
        return a != b ? a > b : $0 < $1
      }
    }
    func changes(_ orders: [[Int]]) -> [Double] {
      var texts = [seen.reading.indices(without: [])]
      for order in orders {
        for removed in 0..<max(0, most) {
          texts.append(seen.reading.indices(without: Set(order.prefix(removed + 1))))
        }
      }
      let scores = seen.score.scores(texts: texts)
      var means = [Double](repeating: 0, count: settings.removals + 1)
      for removed in 1..<means.count {
        let step = min(removed, most)
        guard step > 0 else { continue }
        let sum = orders.indices.reduce(0) { $0 + scores[1 + $1 * most + step - 1] }
        means[removed] = sum / Double(orders.count) - scores[0]
      }
      return means
    }
    var random = stream
    return [
      .integrated: changes([ranked(\.integrated)]), .gradient: changes([ranked(\.gradient)]),
      .random: changes((0..<settings.draws).map { _ in random.permutation(count) }),
    ]
  }

  private static func curve(
    _ order: Order, _ changes: [[Order: [Double]]], _ settings: WordAblationSettings
  ) -> Curve {
    let means = (0...settings.removals).map { removed in
      mean(changes.compactMap { $0[order]?[removed] }) ?? 0
    }
    guard order != .random else {
      return Curve(order: order, changes: means, area: nil, interval: nil)
    }
    let areas = changes.map { one -> Double in
      guard let own = one[order], let random = one[.random] else { return 0 }
      return mean(zip(own, random).dropFirst().map { $1 - $0 }) ?? 0
    }
    let bootstrap = Bootstrap(
      count: areas.count, stream: RandomStream(seed: settings.seed).derived("bootstrap")
    ) { indices in mean(indices.map { areas[$0] }) }
    return Curve(
      order: order, changes: means, area: mean(areas), interval: bootstrap?.interval)
  }
}

/// How words are studied.
package struct WordAblationSettings: Sendable, Equatable {
  package var explanation = ExplanationSettings()
  /// The most words that are taken out of a report.
  package var removals = 10
  /// Draws of random words a report.
  package var draws = 20
  /// The fewest instances of a word that is shown.
  package var leastInstances = 5
  package var seed: UInt64 = 1

  package init() {}
}
