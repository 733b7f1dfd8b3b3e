import Datasets
import Foundation
import Testing

@testable import Training

@Suite("Training checkpoints")
struct TrainingCheckpointTests {
  @Test("Scores that a former version kept are read by today's names")
  func formerNames() throws {
    let text = """
      {"averageUpdates": 3, "bestLoss": 0.5, "finished": 1, "optimizerSteps": {"a": 2}, "scores": [
        {"accuracy": 0.75, "epoch": 1, "logLoss": 0.5, "meanArea": 0.875, "part": "validation"}],
       "stale": 0}
      """
    let state = try JSONDecoder().decode(TrainingCheckpoint.State.self, from: Data(text.utf8))
    let expected = Trainer.EpochScore(
      epoch: 1, subset: .validation, accuracy: 0.75, logLoss: 0.5, meanAUROC: 0.875)
    #expect(state.scores == [expected])
    // What is written today reads back too.
    let again = try JSONDecoder().decode(
      TrainingCheckpoint.State.self, from: JSONEncoder().encode(state))
    #expect(again.scores == [expected])
  }
}
