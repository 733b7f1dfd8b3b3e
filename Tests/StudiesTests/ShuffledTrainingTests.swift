import Basics
import Testing

@testable import Studies

@Suite("Shuffled labels")
struct ShuffledTrainingTests {
  @Test("Targets change places within a part, and nowhere else")
  func shuffled() {
    let targets = (0..<60).map { Float($0) }
    let (one, other) = (Array(0..<40), Array(40..<50))
    func shuffled(_ seed: UInt64) -> [Float] {
      ShuffledTraining.shuffled(targets, within: [one, other], random: RandomStream(seed: seed))
    }
    let found = shuffled(1)
    #expect(found == shuffled(1) && found != shuffled(2))
    #expect(Array(found[0..<40]) != Array(targets[0..<40]))
    #expect(found[0..<40].sorted() == Array(targets[0..<40]))
    #expect(Array(found[40..<50]) != Array(targets[40..<50]))
    #expect(found[40..<50].sorted() == Array(targets[40..<50]))
    #expect(Array(found[50...]) == Array(targets[50...]))
  }
}
