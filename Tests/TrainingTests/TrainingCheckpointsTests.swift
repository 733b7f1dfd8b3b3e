import Foundation
import Testing

@testable import Training

@Suite("Where the trainings of a cell are kept")
struct TrainingCheckpointsTests {
  @Test("Of chosen settings under their mark; what came before is not their time")
  func marks() {
    let checkpoints = TrainingCheckpoints(folder: "cell")
    #expect(checkpoints.next().path == "cell/training-1.safetensors")
    #expect(checkpoints.next().path == "cell/training-2.safetensors")
    let chosen = TrainingCheckpoints(folder: "cell")
    chosen.begin("trial-3")
    #expect(chosen.next().path == "cell/training-trial-3-1.safetensors")
    let clock = WorkClock()
    usleep(50_000)
    #expect(clock.seconds > 0.04)
    clock.begin()
    #expect(clock.seconds < 0.04)
    // Of the process before.
    clock.goOn(from: 7)
    clock.goOn(from: 5)
    #expect(clock.secondsBefore == 7 && clock.seconds >= 7)
  }

  @Test("Trainings of a trial's parts are of its time, in a folder of their own")
  func parts() {
    let trial = TrainingCheckpoints(folder: "trial")
    let part = TrainingCheckpoints(folder: "part", partOf: trial)
    #expect(part.next().path == "part/training-1.safetensors")
    #expect(trial.next().path == "trial/training-1.safetensors")
    part.clock.goOn(from: 9)
    #expect(trial.secondsBefore == 9)
  }
}
