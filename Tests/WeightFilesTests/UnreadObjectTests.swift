import Basics
import Foundation
import TestSupport
import Testing

@testable import WeightFiles

private func file(_ operations: [UInt8], prefix: String? = nil) throws -> StateDictionary {
  try StateDictionary.parse(torchZip(operations), path: "a.pth", prefix: prefix)
}

/// A value beside the weights, as Python pickles it, and the class that is named for it.
private struct Beside: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let operations: [UInt8]

  init(_ className: String, _ operations: [UInt8]) {
    testDescription = className
    self.operations = operations
  }
}

private let besides = [
  Beside(
    "pathlib.PosixPath", Pickle.call("pathlib", "PosixPath", [Pickle.text("/"), Pickle.text("a")])),
  Beside(
    "pathlib._local.PosixPath", Pickle.call("pathlib._local", "PosixPath", [Pickle.text("/")])),
  Beside(
    "datetime.datetime",
    Pickle.call(
      "datetime", "datetime",
      [Pickle.call("_codecs", "encode", [Pickle.text("\u{7}"), Pickle.text("latin1")])])),
  // deque([1, 2]): a call, then what is appended.
  Beside(
    "collections.deque",
    Pickle.call("collections", "deque", []) + Pickle.mark + Pickle.integer(1) + Pickle.integer(2)
      + Pickle.operation("e")),
  Beside(
    "types.SimpleNamespace",
    Pickle.call("types", "SimpleNamespace", []) + Pickle.dictionary(["lr": Pickle.integer(1)])
      + Pickle.operation("b")),
  Beside("argparse.Namespace", Pickle.object("argparse", "Namespace", Pickle.emptyDictionary)),
  Beside("decimal.Decimal", Pickle.call("decimal", "Decimal", [Pickle.text("1.5")])),
  Beside("uuid.UUID", Pickle.object("uuid", "UUID", Pickle.dictionary(["int": Pickle.integer(7)]))),
  // A member of an Enum of the training script.
  Beside("__main__.Phase", Pickle.call("__main__", "Phase", [Pickle.integer(2)])),
  Beside("project.Phase", Pickle.call("project", "Phase", [Pickle.text("train")])),
  // A class over Python's dictionary.
  Beside(
    "easydict.EasyDict",
    Pickle.object("easydict", "EasyDict", nil) + Pickle.mark + Pickle.text("lr") + Pickle.integer(1)
      + Pickle.operation("u")),
  Beside(
    "omegaconf.dictconfig.DictConfig",
    Pickle.object(
      "omegaconf.dictconfig", "DictConfig",
      Pickle.dictionary(["type": Pickle.global("typing", "Any")]))),
]

@Suite("Objects beside the weights")
struct UnreadObjectTests {
  @Test("A plain value of Python's library is data, named and not read", arguments: besides)
  fileprivate func plain(_ beside: Beside) throws {
    let file = try file(
      Pickle.dictionary(["state_dict": Pickle.state, "extra": beside.operations]))
    #expect(try file.floats("w") == [0.5, 1.5, 2.5, 3.5])
    #expect(
      file.unread == [
        .init(key: "extra", classNames: [beside.testDescription], tensorCount: 0)
      ])
    #expect(file.attributes["extra"] == nil)
  }

  @Test("Numbers of numpy, types and sizes are values or nothing, not objects")
  func values() throws {
    let file = try file(
      Pickle.dictionary([
        "state_dict": Pickle.state, "type": Pickle.global("torch", "float32"),
        "size": Pickle.call("torch", "Size", [Pickle.list([Pickle.integer(3)])]),
        "device": Pickle.call("torch", "device", [Pickle.text("cuda"), Pickle.integer(0)]),
        "kind": Pickle.global("numpy", "float64"),
      ]))
    #expect(file.unread.isEmpty)
    #expect(file.attributes["size"]?.numbers == [3])
  }

  @Test("What is inside a list or dictionary is named under its key, with the tensors it holds")
  func inside() throws {
    let path = Pickle.call("pathlib", "PosixPath", [Pickle.text("/")])
    let holder = Pickle.object("mine", "Stats", Pickle.dictionary(["mean": Pickle.tensor()]))
    let file = try file(
      Pickle.dictionary([
        "state_dict": Pickle.dictionary([
          "a": Pickle.tensor(), "b": Pickle.tensor(), "c": Pickle.tensor(),
        ]), "args": Pickle.dictionary(["out": Pickle.list([path])]), "stats": holder,
      ]))
    #expect(
      file.unread == [
        .init(key: "args", classNames: ["pathlib.PosixPath"], tensorCount: 0),
        .init(key: "stats", classNames: ["mine.Stats"], tensorCount: 1),
      ])
  }

  @Test("Weights inside an object are refused by its name, whatever else is there")
  func weightsInside() {
    let holder =
      Pickle.object("easydict", "EasyDict", nil) + Pickle.mark + Pickle.text("w") + Pickle.tensor()
      + Pickle.operation("u")
    let named =
      Pickle.call(
        "types", "SimpleNamespace", [])
      + Pickle.dictionary(["net": Pickle.state]) + Pickle.operation("b")
    for (operations, className) in [
      (Pickle.dictionary(["state_dict": holder]), "easydict.EasyDict"),
      (Pickle.dictionary(["state_dict": named]), "types.SimpleNamespace"),
      // The average beside it is not taken for it.
      (Pickle.dictionary(["state_dict": holder, "ema": Pickle.state]), "easydict.EasyDict"),
    ] {
      let text = errorText { _ = try file(operations) }
      #expect(
        text.hasPrefix(
          "a.pth: \"state_dict\" holds 1 tensors in an object of class \(className), which is not"),
        "\(text)")
    }
  }

  @Test("What could run something is refused as ever, harmless modules or not")
  func refused() {
    for (module, name) in [
      ("types", "FunctionType"), ("types", "CodeType"), ("builtins", "getattr"),
      ("collections", "abc.sys"), ("numpy", "load"), ("numpy.testing", "runstring"),
      ("torch.hub", "load"), ("datetime", "sys.modules['os']"), ("time", "sleep"), ("enum", ""),
    ] {
      let text = errorText {
        _ = try file(
          Pickle.dictionary([
            "state_dict": Pickle.state, "x": Pickle.call(module, name, [Pickle.text("id")]),
          ]))
      }
      #expect(text.contains("Nothing was executed"), "\(module).\(name): \(text)")
    }
    // A class of a project is called by its value alone, as an Enum is.
    for arguments in [[], [Pickle.emptyDictionary], [Pickle.integer(1), Pickle.integer(2)]] {
      #expect(
        errorText { _ = try file(Pickle.call("project", "Phase", arguments)) }
          .contains("the pickle calls project.Phase"))
    }
  }

  @Test("A prefix names a dictionary of several, and what is left of it the tensors' names")
  func prefix() throws {
    let two = Pickle.dictionary([
      "student": Pickle.dictionary(["a.w": Pickle.tensor()]),
      "teacher": Pickle.dictionary(["b.w": Pickle.tensor()]),
    ])
    #expect(
      errorText { _ = try file(two) }.hasPrefix(
        "a.pth: holds tensors under \"student\" (1) and \"teacher\" (1); expected"))
    for (prefix, rest) in [("teacher", nil), ("teacher.", nil), ("teacher.b", "b")] {
      let file = try file(two, prefix: prefix)
      #expect(file.entries.map(\.name) == ["b.w"])
      #expect(file.prefix == rest)
      #expect(file.beside.map(\.key) == ["student"] && file.beside.map(\.tensors) == [1])
    }
    let wrapped = Pickle.dictionary(["state_dict": two])
    #expect(try file(wrapped, prefix: "state_dict.student").entries.map(\.name) == ["a.w"])
    let usual = Pickle.dictionary([
      "state_dict": Pickle.dictionary(["net": Pickle.state, "ema": Pickle.state])
    ])
    #expect(try file(usual, prefix: "ema").wrapping == ["state_dict", "ema"])
    #expect(try file(Pickle.state, prefix: "x").prefix == "x")
  }
}
