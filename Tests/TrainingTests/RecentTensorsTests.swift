import EncoderKit
import Testing

@testable import Training

@Suite("Weights that are kept for those that come after")
struct RecentTensorsTests {
  private func tensors(_ count: Int) -> [String: Tensor] {
    ["weights": Tensor([Float](repeating: 1, count: count), shape: [count])]
  }

  /// Which of some keys, each of so many floats, are made when they are asked for in turn.
  private func made(_ asked: [(key: String, floats: Int)], limit: Int) -> [String] {
    var (recent, made) = (Recent<String>(limit: limit), [String]())
    for item in asked {
      let found = recent.value(for: item.key) {
        made.append(item.key)
        return tensors(item.floats)
      }
      #expect(found["weights"]?.count == item.floats)
    }
    return made
  }

  @Test("Encoders in turn are read once where all fit, and each time where they do not")
  func turns() {
    let turns = [("a", 10), ("b", 20), ("a", 10), ("b", 20)]
    #expect(made(turns, limit: 120) == ["a", "b"])
    #expect(made(turns, limit: 119) == ["a", "b", "a", "b"])
    let three = [("a", 10), ("b", 10), ("c", 10), ("a", 10), ("b", 10), ("c", 10)]
    #expect(made(three, limit: 120) == ["a", "b", "c"])
  }

  @Test("What was asked for longest ago goes first; the last is held whatever its size")
  func order() {
    #expect(
      made([("a", 1), ("b", 1), ("a", 1), ("c", 1), ("a", 1), ("b", 1)], limit: 8)
        == ["a", "b", "c", "b"])
    #expect(
      made([("a", 1), ("large", 9), ("large", 9), ("a", 1)], limit: 8) == ["a", "large", "a"])
  }
}
