import Basics
import Foundation
import Layers

/// How a model is trained: optimiser, schedule, regularisation, and which weights are kept.
package struct TrainingSettings: Sendable, Equatable {
  /// How the learning rate moves over the steps of a training.
  package enum Schedule: String, Sendable, CaseIterable {
    /// The same rate throughout (after the warm-up).
    case constant
    /// Half a cosine from the rate to zero: Loshchilov and Hutter 2016,
    /// https://arxiv.org/abs/1608.03983.
    case cosine
    /// A straight line from the rate to zero.
    case linear
  }

  /// Which weights a training ends with.
  package enum Selection: String, Sendable, CaseIterable {
    /// Those of the last epoch.
    case last
    /// Those of the epoch with the lowest log loss on validation.
    case best
  }

  /// Of which cases batch normalisation takes the statistics in training.
  package enum BatchStatistics: String, Sendable, CaseIterable {
    /// Of those of each shard by itself.
    case shard
    /// Of those of the whole batch, wherever they are computed.
    case batch
  }

  package var epochs = 10
  package var batchSize = 32
  package var optimizer = OptimizerKind.adamw
  package var learningRate = 1e-3
  /// The rate of the encoders in multiples of the head's.
  package var encoderRate = 1.0
  package var weightDecay = 0.01
  package var schedule = Schedule.cosine
  /// The share of all steps in which the rate rises from zero.
  package var warmup = 0.1
  /// Gradients are scaled down to this norm; 0 leaves them.
  package var clip = 5.0
  package var labelSmoothing = 0.0
  /// Decay of the weights' moving average, which is then evaluated and kept; 0 for none.
  package var average = 0.0
  package var select = Selection.last
  /// Stops after so many epochs without a lower validation log loss; 0 never.
  package var patience = 0
  /// Whether all classes, or both answers to a question, weigh the same in the loss, whatever their
  /// numbers.
  package var classWeights = false
  /// Into how many parts a batch is divided, each of which is computed by itself, on whatever rank: 1 computes it
  /// whole.
  package var shards = 1
  package var batchStatistics = BatchStatistics.shard
  package var loss = LossSettings()

  package init() {}

  /// Reads the settings a specification gives; what it leaves out stays as in `defaults`.
  ///
  /// - Throws: `ZooError` for an unknown key or a value out of range.
  package init(_ object: JSONObject?, defaults: TrainingSettings) throws {
    self = defaults
    guard var object else { return }
    epochs = try object.integer("epochs", in: 0...10_000, default: epochs)
    batchSize = try object.integer("batchSize", in: 2...4096, default: batchSize)
    optimizer = try object.choice("optimizer", default: optimizer)
    learningRate = try object.number("learningRate", in: 1e-9...10, default: learningRate)
    encoderRate = try object.number("encoderRate", in: 0...100, default: encoderRate)
    weightDecay = try object.number("weightDecay", in: 0...10, default: weightDecay)
    schedule = try object.choice("schedule", default: schedule)
    warmup = try object.number("warmup", in: 0...1, default: warmup)
    clip = try object.number("clip", in: 0...1e6, default: clip)
    labelSmoothing = try object.number("labelSmoothing", in: 0...0.9, default: labelSmoothing)
    average = try object.number("average", in: 0...0.99999, default: average)
    select = try object.choice("select", default: select)
    patience = try object.integer("patience", in: 0...10_000, default: patience)
    classWeights = try object.boolean("classWeights", default: classWeights)
    shards = try object.integer("shards", in: 1...4096, default: shards)
    batchStatistics = try object.choice("batchStatistics", default: batchStatistics)
    if let value = object.value("loss") { loss = try LossSettings(value) }
    try object.finish()
    guard batchStatistics == .shard || shards == 1 else {
      throw ZooError(
        .badValue,
        "\"shards\": \(shards) have statistics of their own, which \"batchStatistics\": \"batch\" leaves none",
        at: object.place, advice: "leave one of them out")
    }
    guard !classWeights || loss.logitAdjustment == 0 else {
      throw ZooError(
        .badValue,
        "classWeights and logitAdjustment: both make up for rare classes, and together"
          + " they would do it twice", at: loss.place, advice: "leave one of them out")
    }
  }

  /// The settings as a specification would give them.
  package var json: JSONValue {
    JSONValue(
      .object(
        members + (shards == 1 ? [] : [("shards", shards.json)])
          + (batchStatistics == .shard
            ? [] : [("batchStatistics", batchStatistics.rawValue.json)])
          + (loss.isDefault ? [] : [("loss", loss.json)])))
  }

  /// What every specification has written; what is not among it stands there only where it is other than before there
  /// was a choice.
  private var members: [(key: String, value: JSONValue)] {
    [
      ("epochs", epochs.json), ("batchSize", batchSize.json),
      ("optimizer", optimizer.rawValue.json),
      ("learningRate", learningRate.json), ("encoderRate", encoderRate.json),
      ("weightDecay", weightDecay.json), ("schedule", schedule.rawValue.json),
      ("warmup", warmup.json),
      ("clip", clip.json), ("labelSmoothing", labelSmoothing.json),
      ("average", average.json), ("select", select.rawValue.json),
      ("patience", patience.json), ("classWeights", classWeights.json),
    ]
  }

  /// The learning rate of a step.
  package func rate(step: Int, of total: Int) -> Double {
    let rise = Double(total) * warmup
    if Double(step) < rise { return learningRate * Double(step + 1) / (rise + 1) }
    let progress = (Double(step) - rise) / max(1, Double(total) - rise)
    switch schedule {
    case .constant: return learningRate
    case .linear: return learningRate * (1 - progress)
    case .cosine: return learningRate * 0.5 * (1 + cos(Double.pi * progress))
    }
  }
}
