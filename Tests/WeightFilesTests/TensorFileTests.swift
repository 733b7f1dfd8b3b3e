import Basics
import Foundation
import TestSupport
import Testing

@testable import WeightFiles

/// What the fixture `float32` holds, in another order.
private let tensors: [(name: String, shape: [Int], values: [Float])] = [
  ("weight.1", [1], [9]), ("weight", [2, 3], [1, -2.5, 3e-38, .infinity, 0.1, -0.0]),
  ("scalar", [], [42]), ("none", [2, 0, 3], []), ("bias", [2], [0.5, 0.25]),
  ("Zürich/\"quoted\"\\\n", [1], [7]),
]

@Suite struct TensorFileTests {
  @Test("What the reference wrote is read: names in order, shapes, values, metadata")
  func reading() throws {
    let file = try TensorFile.parse(Fixtures.float32)
    #expect(
      file.entries.map(\.name) == [
        "Zürich/\"quoted\"\\\n", "bias", "none", "scalar", "weight", "weight.1",
      ])
    #expect(file.metadata == ["format": "p\tt/é"])
    for tensor in tensors {
      let entry = try #require(file.entry(tensor.name))
      #expect(entry.shape == tensor.shape)
      #expect(entry.count == tensor.values.count)
      #expect(entry.elementType == .float32)
      #expect(
        try file.floats(tensor.name).map(\.bitPattern) == tensor.values.map(\.bitPattern))
    }
  }

  @Test("Every element type is read, and the floating ones convert")
  func types() throws {
    let file = try TensorFile.parse(Fixtures.mixed)
    #expect(
      file.entries.map(\.elementType) == [
        .int64, .float64, .float32, .int32, .float16, .int16, .int8, .uint8, .boolean,
      ])
    #expect(file.entries.map(\.count) == [1, 3, 1, 1, 4, 1, 1, 2, 3])
    #expect(try file.floats("f32") == [0.1])
    #expect(try file.floats("f64") == [0.1, .infinity, -2])
    // The largest half, and the smallest subnormal: 2⁻²⁴ is nearest to 6e-8.
    #expect(try file.floats("f16") == [1, -0.5, 65504, 0x1p-24])
    #expect(
      errorText { _ = try file.floats("i64") }
        == "i64: found elements of type I64; expected F32, F16, BF16 or F64")
    let range = try #require(file.entry("u8")).range
    #expect([UInt8](file.contents[range]) == [255, 0])
  }

  @Test("BF16 is the upper half of a float, at an odd address too")
  func bfloat16() throws {
    let header =
      "{\"a\":{\"dtype\":\"BF16\",\"shape\":[3],\"data_offsets\":[0,6]}}"
    // 1 is 0x3f800000, -2 is 0xc0000000, infinity is 0x7f800000.
    let words: [UInt8] = [0x80, 0x3f, 0x00, 0xc0, 0x80, 0x7f]
    for padding in 0..<2 {
      let data = tensorFile((header + String(repeating: " ", count: padding)).utf8) + words
      #expect(try TensorFile.parse(data).floats("a") == [1, -2, .infinity])
    }
  }

  @Test("A scalar, a tensor without elements and a file without tensors are valid")
  func small() throws {
    let empty = try TensorFile.parse(Fixtures.empty)
    #expect(empty.entries.isEmpty && empty.metadata.isEmpty)
    let file = try TensorFile.parse(
      tensorFile(
        """
        {"b":{"dtype":"F32","shape":[],"data_offsets":[0,4]},
         "a":{"dtype":"F64","shape":[0,3],"data_offsets":[0,0]},
         "c":{"dtype":"U8","shape":[0],"data_offsets":[4,4]},"__metadata__":{}}
        """.utf8, dataSize: 4))
    #expect(file.entries.map(\.name) == ["a", "b", "c"])
    #expect(try file.floats("a") == [])
    #expect(try file.floats("b") == [0])
  }

  @Test("A slice of other data is read like data of its own")
  func slice() throws {
    let data = (Data([1, 2, 3]) + Fixtures.float32).dropFirst(3)
    #expect(try TensorFile.parse(data).floats("bias") == [0.5, 0.25])
  }

  @Test("A misspelt tensor brings the nearest name")
  func misspelt() throws {
    let file = try TensorFile.parse(Fixtures.float32, path: "a.st")
    #expect(
      errorText { _ = try file.floats("wieght") }
        == "a.st: no tensor \"wieght\" among 6; did you mean \"weight\"?")
    #expect(
      errorText { _ = try file.floats("quantum") } == "a.st: no tensor \"quantum\" among 6")
  }

  @Test("The bytes are those of the reference writer")
  func reference() throws {
    #expect(try TensorFile.encode(tensors, metadata: ["format": "p\tt/é"]) == Fixtures.float32)
    #expect(
      try TensorFile.encode(tensors.reversed(), metadata: ["format": "p\tt/é"])
        == Fixtures.float32)
    #expect(try TensorFile.encode([]) == Fixtures.empty)
  }

  @Test("Metadata are sorted by key, whatever the order of the dictionary")
  func metadata() throws {
    let keys = (0..<20).map { "key\($0)" }
    let pairs = keys.map { ($0, "v") }
    let data = try TensorFile.encode([], metadata: Dictionary(uniqueKeysWithValues: pairs))
    let members = keys.sorted().map { "\"\($0)\":\"v\"" }.joined(separator: ",")
    let header = "{\"__metadata__\":{\(members)}}"
    #expect(
      String(decoding: data.dropFirst(8), as: UTF8.self).trimmingCharacters(in: .whitespaces)
        == header)
    #expect(data.count % 8 == 0)
  }

  @Test("What is written to a file reads back to the last bit, with nothing left beside it")
  func roundTrip() throws {
    var random = RandomStream(seed: 5)
    let values = (0..<10_007).map { _ in
      Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
    }
    let written = tensors + [("random", [10_007], values)]
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.safetensors"
      try TensorFile.write(written, metadata: ["a": "1", "b": "2"], to: path)
      #expect(
        try readFile(path) == TensorFile.encode(written, metadata: ["a": "1", "b": "2"]))
      let file = try TensorFile.read(path: path)
      #expect(file.metadata == ["a": "1", "b": "2"])
      for tensor in written {
        #expect(file.entry(tensor.name)?.shape == tensor.shape)
        #expect(
          try file.floats(tensor.name).map(\.bitPattern) == tensor.values.map(\.bitPattern))
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.safetensors"])
    }
  }

  @Test(
    "What the reader would refuse is not written",
    arguments: [
      (["w", "w"], [1], "w: the name of a tensor is taken already"),
      (["__metadata__"], [1], "__metadata__: the name of a tensor is taken already"),
      (["../w"], [1], "../w: the name of a tensor contains \"..\""),
      (["w\0"], [1], "w\0: the name of a tensor contains a NUL"),
      (["w"], [2], "w: has 1 values; expected those of shape [2]"),
      (["w"], [-1, -1], "w: has 1 values; expected those of shape [-1, -1]"),
      (["w"], [Int.max, 2], "w: has 1 values; expected those of shape [\(Int.max), 2]"),
    ] as [([String], [Int], String)])
  func unwritable(_ names: [String], _ shape: [Int], _ message: String) {
    let tensors = names.map { (name: $0, shape: shape, values: [Float(0)]) }
    #expect(errorText { _ = try TensorFile.encode(tensors) } == message)
  }
}
