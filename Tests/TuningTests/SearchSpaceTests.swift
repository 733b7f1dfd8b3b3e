import Basics
import Foundation
import Testing
import Tuning

@Suite("What is searched over")
struct SearchSpaceTests {
  private func parameter(_ text: String) throws -> SearchParameter {
    try SearchParameter("key", JSONValue.parse(Data(text.utf8)))
  }

  @Test(
    "A range over the logarithm has its geometric mean in the middle, and values of four digits")
  func logarithmic() throws {
    let rate = try parameter(#"{"low": 1e-5, "high": 1e-1, "log": true}"#)
    #expect(rate.value(at: 0) == 1e-5)
    #expect(rate.value(at: 0.5) == 1e-3)
    #expect(rate.value(at: 1) == 1e-1)
    #expect(rate.value(at: 0.3) == 1.585e-4)
    let unit = try #require(rate.unit(of: 1e-4))
    #expect(abs(unit - 0.25) < 1e-12)
    // What a specification says may lie outside.
    #expect(rate.unit(of: 1) == 1)
    #expect(rate.unit(of: 0) == 0)
    #expect(rate.unit(of: "fast") == nil)
  }

  @Test("Every whole number of a range has as much room as the others")
  func integers() throws {
    let layers = try parameter(#"{"low": 1, "high": 4, "integer": true}"#)
    var counts: [JSONValue: Int] = [:]
    for index in 0..<400 { counts[layers.value(at: (Double(index) + 0.5) / 400), default: 0] += 1 }
    #expect(counts == [1: 100, 2: 100, 3: 100, 4: 100])
    for number in 1...4 {
      let value = number.json
      #expect(layers.value(at: try #require(layers.unit(of: value))) == value)
    }
  }

  @Test("A choice is found again, also where a file writes a whole number as a decimal")
  func choices() throws {
    let rates = try parameter(#"{"choices": [0.1, 1, "all"]}"#)
    #expect(rates.unit(of: 1.0) == 0.5)
    #expect(rates.value(at: 0.99) == "all")
    #expect(rates.unit(of: 2) == nil)
  }

  @Test(
    "What is no range is refused with a sentence",
    arguments: [
      (#"{"low": 1, "high": 1}"#, "\"low\" is 1.0 and \"high\" 1.0"),
      (#"{"low": 0, "high": 1, "log": true}"#, "begins above zero"),
      (#"{"choices": [1]}"#, "at least two values"),
      (#"{"choices": [1, 1]}"#, "at least two values"),
      (#"{"low": 1, "high": 2, "step": 1}"#, "step"),
      (#"{"low": 1, "high": 2, "when": {"a": 1, "b": 2}}"#, "found 2 keys"),
    ])
  func refused(text: String, sentence: String) throws {
    let error = try #require(throws: ZooError.self) { try parameter(text) }
    #expect("\(error)".contains(sentence), "\(error)")
  }

  @Test("A setting with a condition is asked for where it holds, whatever the order of the file")
  func conditions() throws {
    let space = try SearchSpace([
      SearchParameter(
        "momentum", .number(low: 0, high: 1, isLogarithmic: false),
        when: .init(key: "optimizer", values: ["sgd"])),
      SearchParameter("optimizer", .choice(["adamw", "sgd"])),
    ])
    #expect(space.parameters.map(\.key) == ["optimizer", "momentum"])
    #expect(Set(space.settings { $0.value(at: 0.1) }.keys) == ["optimizer"])
    #expect(Set(space.settings { $0.value(at: 0.9) }.keys) == ["optimizer", "momentum"])
    let error = try #require(throws: ZooError.self) {
      try SearchSpace([
        SearchParameter("a", .choice([1, 2]), when: .init(key: "b", values: [1])),
        SearchParameter("b", .choice([1, 2]), when: .init(key: "a", values: [1])),
      ])
    }
    #expect("\(error)".contains("depends on it in turn"), "\(error)")
  }
}
