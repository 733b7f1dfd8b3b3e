import Basics
import Foundation
import TestSupport
import Testing

@Suite("Strict JSON")
struct JSONValueTests {
  private func refusal(_ text: some Sequence<UInt8>, depth: Int = 64) -> String {
    errorText { _ = try JSONValue.parse(Data(text), path: "a.json", maximumDepth: depth) }
  }

  @Test(
    "What RFC 8259 has not is refused with its line",
    arguments: [
      ("", "a.json:1: not valid JSON: ends where a value was expected"),
      (" \n", "a.json:2: not valid JSON: ends where a value was expected"),
      ("\u{feff}{}", "a.json:1: not valid JSON: "),
      ("{} {}", "a.json:1: not valid JSON: trailing data after the value"),
      ("{}\0", "a.json:1: not valid JSON: trailing data after the value"),
      ("{\"a\": 1,\n \"a\": 2}", "a.json:2: not valid JSON: duplicate key \"a\""),
      ("{\"a\": 1, \"\\u0061\": 2}", "a.json:1: not valid JSON: duplicate key \"a\""),
      ("{\"a\": 1,}", "a.json:1: not valid JSON: expected a key"),
      ("[1,]", "a.json:1: not valid JSON: "), ("[1 2]", "a.json:1: not valid JSON: "),
      ("{a: 1}", "a.json:1: not valid JSON: expected a key"),
      ("{'a': 1}", "a.json:1: not valid JSON: expected a key"),
      ("{\"a\" 1}", "a.json:1: not valid JSON: "), ("[1] // x", "a.json:1: not valid JSON: "),
      ("01", "a.json:1: not valid JSON: "), ("+1", "a.json:1: not valid JSON: "),
      ("-", "a.json:1: not valid JSON: "), (".5", "a.json:1: not valid JSON: "),
      ("1.", "a.json:1: not valid JSON: "), ("1e", "a.json:1: not valid JSON: "),
      ("0x10", "a.json:1: not valid JSON: "), ("NaN", "a.json:1: not valid JSON: "),
      ("-Infinity", "a.json:1: not valid JSON: "), ("1e999", "a.json:1: not valid JSON: "),
      ("True", "a.json:1: not valid JSON: "), ("nul", "a.json:1: not valid JSON: "),
      ("\"a", "a.json:1: not valid JSON: "), ("\"\\x\"", "a.json:1: not valid JSON: "),
      ("\"\\u12\"", "a.json:1: not valid JSON: "), ("\"a\nb\"", "a.json:1: not valid JSON: "),
      ("\"\t\"", "a.json:1: not valid JSON: "),
      ("\"\\ud800\"", "a.json:1: not valid JSON: a lone surrogate"),
      ("\"\\udc00\\ud800\"", "a.json:1: not valid JSON: a lone surrogate"),
      ("\"\\ud800\\u0041\"", "a.json:1: not valid JSON: a lone surrogate"),
      ("[", "a.json:1: not valid JSON: "), ("{\"a\":", "a.json:1: not valid JSON: "),
    ])
  func refused(text: String, message: String) {
    let found = refusal(text.utf8)
    #expect(found.hasPrefix(message), "\(found)")
  }

  @Test("Bytes that are not UTF-8 are refused, overlong ones and surrogates too")
  func encoding() {
    for bytes in [
      [0xff], [0xc0, 0xae], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0xf5, 0x80, 0x80, 0x80],
    ] {
      let text = [UInt8(ascii: "\"")] + bytes.map { UInt8($0) } + [UInt8(ascii: "\"")]
      #expect(refusal(text).contains("a string is not valid UTF-8"), "\(bytes)")
    }
  }

  @Test("Nesting ends at the limit, whatever opens it", arguments: ["[", "{\"a\":"])
  func depth(opening: String) {
    #expect(
      refusal(String(repeating: opening, count: 100_000).utf8).contains("nested deeper than 64"))
    #expect(!refusal("[[1]]".utf8, depth: 1).isEmpty)
    #expect(refusal("[[1]]".utf8, depth: 2).isEmpty)
  }

  @Test("A whole number is one without fraction and exponent, within 64 bits")
  func integers() throws {
    func content(_ text: String) throws -> JSONValue.Content {
      try JSONValue.parse(Data(text.utf8)).content
    }
    for (text, value) in [
      ("-0", 0), ("9223372036854775807", Int.max), ("-9223372036854775808", .min),
    ] {
      guard case .integer(value) = try content(text) else {
        Issue.record("\(text) is no whole number")
        continue
      }
    }
    for text in ["2.0", "2e0", "9223372036854775808", "1E-2"] {
      guard case .number = try content(text) else {
        Issue.record("\(text) is no decimal number")
        continue
      }
      #expect(errorText { _ = try JSONValue.parse(Data(text.utf8)).integer() } != "")
    }
  }

  @Test("What is written reads back the same, every escape included")
  func roundTrip() throws {
    let text = #"{"\u0000\"\\\/\b\f\n\r\t\ud83d\ude00é":[null,true,-1.5e-7,"",{},[]]}"#
    let value = try JSONValue.parse(Data(text.utf8))
    for pretty in [false, true] {
      let written = value.text(pretty: pretty)
      #expect(try JSONValue.parse(Data(written.utf8)) == value, "\(written)")
    }
  }

  @Test("Plain values, optionals and arrays become JSON, members in their order")
  func convertible() throws {
    let none: Int? = nil
    let value: JSONValue = [
      "b": "x".json, "a": 3.json, "half": 0.5.json, "is": true.json, "none": none.json,
      "some": Optional("y").json, "list": [1, 2].json, "lists": [["z"], []].json,
    ]
    #expect(
      value.text(pretty: false)
        == #"{"b":"x","a":3,"half":0.5,"is":true,"none":null,"some":"y","list":[1,2],"lists":[["z"],[]]}"#
    )
    #expect(try JSONValue.parse(Data(value.text().utf8)) == value)
  }

  @Test("Equal values have equal hashes, whatever the order of their members")
  func hashes() {
    let one: JSONValue = ["a": [1, 2.5, nil], "b": ["c": true, "d": "e"]]
    let other: JSONValue = ["b": ["d": "e", "c": true], "a": [1, 2.5, nil]]
    #expect(one == other && one.hashValue == other.hashValue)
    #expect(Set([one, other, ["a": 1]]).count == 2)
  }

  private enum Fit: String, CaseIterable { case crop, pad }

  @Test("A choice is read as a case; another one is refused with the nearest")
  func choice() throws {
    func read(_ value: JSONValue, default fallback: Fit? = nil) throws -> Fit {
      var object = try value.object()
      return try object.choice("fit", default: fallback)
    }
    #expect(try read(["fit": "pad"]) == .pad && read([:], default: .pad) == .pad)
    #expect(errorText { _ = try read(["fit": "pat"], default: .crop) }.contains("\"pad\""))
    #expect(errorText { _ = try read([:]) } == "\"fit\" is missing")
  }

  @Test("Texts by key come back, in the order of their keys; what is no text is refused by its key")
  func texts() throws {
    let value = JSONValue(texts: ["b": "2", "a": "é"])
    #expect(value.text(pretty: false) == #"{"a":"é","b":"2"}"#)
    #expect(try value.texts() == ["a": "é", "b": "2"])
    let other = try JSONValue.parse(Data(#"{"a": "1", "b": 2}"#.utf8), path: "a.json")
    #expect(
      errorText { _ = try other.texts() }.contains("found a whole number; expected a string"))
  }
}
