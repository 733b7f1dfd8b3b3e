import Basics
import Foundation
import TestSupport
import Testing

@testable import WeightFiles

/// What a checkpoint holds, and where its tensors are found.
private struct Checkpoint: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let operations: [UInt8]
  var under: [String] = []
  var wrapping: [String] = []
  var alternatives: [String] = []
  var names = ["w"]
  var error: String?
}

/// What is said to do where one key of several must be named.
private func choose(_ key: String) -> String {
  "Choose one by its key: --prefix \(key); in a study \"weights\": {\"from\": …, \"prefix\":"
    + " \"\(key)\"}."
}

private func whichOne(_ key: String) -> String {
  ": which are meant is not clear\n  " + choose(key)
}

private let nest = Pickle.module(
  ["w": Pickle.tensor()], children: ["inner": Pickle.module(["v": Pickle.tensor()])],
  of: ("models.dense", "DenseNet"))

private let checkpoints = [
  Checkpoint(testDescription: "a plain dictionary", operations: Pickle.state),
  Checkpoint(
    testDescription: "an average beside the model",
    operations: Pickle.dictionary(["model_ema": Pickle.state, "model": Pickle.state]),
    error: "a.pth: holds tensors under \"model\" (1) and \"model_ema\" (1)" + whichOne("model")),
  Checkpoint(
    testDescription: "the average, asked for",
    operations: Pickle.dictionary(["model_ema": Pickle.state, "model": Pickle.state]),
    under: ["model_ema"], wrapping: ["model_ema"], alternatives: ["model"]),
  Checkpoint(
    testDescription: "an average alone", operations: Pickle.dictionary(["ema": Pickle.state]),
    wrapping: ["ema"]),
  Checkpoint(
    testDescription: "two layers",
    operations: Pickle.dictionary([
      "state": Pickle.dictionary(["net": Pickle.state]), "epoch": Pickle.integer(1),
    ]), wrapping: ["state", "net"]),
  Checkpoint(
    testDescription: "a scalar tensor beside the model",
    operations: Pickle.dictionary([
      "best": Pickle.tensor(shape: [], strides: []), "state_dict": Pickle.state,
    ]), wrapping: ["state_dict"]),
  Checkpoint(
    testDescription: "two models",
    operations: Pickle.dictionary(["net": Pickle.state, "model": Pickle.state]),
    error: "a.pth: holds tensors under \"model\" (1) and \"net\" (1)" + whichOne("model")),
  Checkpoint(
    testDescription: "two models, one under a name of its own",
    operations: Pickle.dictionary(["teacher": Pickle.state, "model": Pickle.state]),
    error: "a.pth: holds tensors under \"model\" (1) and \"teacher\" (1)" + whichOne("model")),
  Checkpoint(
    testDescription: "a few tensors beside the model",
    operations: Pickle.dictionary([
      "criterion": Pickle.state,
      "model": Pickle.dictionary(["a": Pickle.tensor(), "b": Pickle.tensor(), "c": Pickle.tensor()]
      ),
    ]), wrapping: ["model"], alternatives: ["criterion"], names: ["a", "b", "c"]),
  Checkpoint(
    testDescription: "another key",
    operations: Pickle.dictionary(["encoder": Pickle.state, "decoder": Pickle.state]),
    error:
      "a.pth: holds tensors under \"encoder\" (1) and \"decoder\" (1); expected them under one of"
      + " state_dict, model_state_dict, model_state, model, net, network, module, weights, params,"
      + " state\n  \(choose("encoder"))"),
  Checkpoint(
    testDescription: "another key, asked for",
    operations: Pickle.dictionary(["encoder": Pickle.state, "decoder": Pickle.state]),
    under: ["encoder"], wrapping: ["encoder"], alternatives: ["decoder"]),
  Checkpoint(
    testDescription: "a key that isn't there",
    operations: Pickle.dictionary(["encoder": Pickle.state]), under: ["encode"],
    error: "a.pth: no \"encode\" in a dictionary; did you mean \"encoder\"? valid: encoder"),
  Checkpoint(
    testDescription: "a module in a module", operations: nest, names: ["w", "inner.v"]),
  Checkpoint(
    testDescription: "a module in a checkpoint", operations: Pickle.dictionary(["model": nest]),
    wrapping: ["model"], names: ["w", "inner.v"]),
  Checkpoint(
    testDescription: "no tensors", operations: Pickle.dictionary(["epoch": Pickle.integer(1)]),
    error: "a.pth: holds no tensors"),
  Checkpoint(
    testDescription: "a tensor alone", operations: Pickle.tensor(),
    error: "a.pth: holds a tensor; expected a state dictionary, a checkpoint or a module"),
  Checkpoint(
    testDescription: "NEWOBJ without BUILD", operations: Pickle.object("models", "Net", nil),
    error: "a.pth: the object of class models.Net has no state"),
  Checkpoint(
    testDescription: "a child without BUILD",
    operations: Pickle.module([:], children: ["features": Pickle.object("torch.nn", "ReLU", nil)]),
    error: "a.pth: features: the object of class torch.nn.ReLU has no state"),
  Checkpoint(
    testDescription: "an object that is no module",
    operations: Pickle.object("fastai.learner", "Learner", Pickle.dictionary(["lr": Pickle.none])),
    error: "a.pth: the object of class fastai.learner.Learner is no module of PyTorch: it has no"
      + " _parameters, _buffers and _modules\n  Save the model's state_dict() with torch.save"
      + " instead."),
  Checkpoint(
    testDescription: "a module whose parameter is a text",
    operations: Pickle.module([:], children: ["a": Pickle.module(["w": Pickle.text("x")])]),
    error: "a.pth: a.w: found a text; expected a tensor"),
  Checkpoint(
    testDescription: "a module without tensors", operations: Pickle.module([:]),
    error: "a.pth: the module of class torch.nn.modules.module.Module holds no tensors"),
  Checkpoint(
    testDescription: "a name twice through dots",
    operations: Pickle.module(
      ["a.w": Pickle.tensor()], children: ["a": Pickle.module(["w": Pickle.tensor()])]),
    error: "a.pth: a.w: two tensors have this name"),
  Checkpoint(
    testDescription: "a name that leaves its folder",
    operations: Pickle.dictionary(["../w": Pickle.tensor()]),
    error: "a.pth: the name of a tensor contains \"..\""),
  Checkpoint(
    testDescription: "numbers that are not read",
    operations: Pickle.dictionary([
      "w": Pickle.tensor(Pickle.storage("0", 2, "ComplexFloatStorage"), shape: [2])
    ]), error: "a.pth: w: has elements of type complex64, which is not read"),
  Checkpoint(
    testDescription: "an expanded tensor of 2⁴⁰ elements",
    operations: Pickle.dictionary(["w": Pickle.tensor(shape: [1 << 40], strides: [0])]),
    error: "a.pth: w: the tensors up to this one have more than 1050160 elements in a file of 396"
      + " bytes: expanded tensors this large are refused"),
  Checkpoint(
    testDescription: "a class of the file itself with its source, as old files have it",
    operations: Pickle.tuple([
      Pickle.text("module"), Pickle.global("models", "Net"), Pickle.text("models.py"),
      Pickle.text("class Net: pass"),
    ]) + Pickle.operation("Q") + Pickle.emptyTuple + [0x81]
      + Pickle.dictionary([
        "_parameters": Pickle.dictionary(["w": Pickle.tensor()]),
        "_buffers": Pickle.dictionary(["b": Pickle.none]),
        "_modules": Pickle.dictionary(["gone": Pickle.none]),
      ]) + Pickle.operation("b")),
  Checkpoint(
    testDescription: "Python 2's dictionary of pairs, with texts of bytes",
    operations: Pickle.call(
      "collections", "OrderedDict",
      [
        Pickle.list([
          Pickle.list([Pickle.operation("U") + [1, UInt8(ascii: "w")], Pickle.tensor()])
        ])
      ]
    )),
]

@Suite struct CheckpointTests {
  @Test("The tensors of a checkpoint are found, or it is said why not", arguments: checkpoints)
  private func found(_ checkpoint: Checkpoint) throws {
    let data = torchZip(checkpoint.operations)
    if let error = checkpoint.error {
      #expect(
        errorText {
          _ = try StateDictionary.parse(data, path: "a.pth", under: checkpoint.under)
        } == error)
      return
    }
    let file = try StateDictionary.parse(data, path: "a.pth", under: checkpoint.under)
    #expect(file.wrapping == checkpoint.wrapping)
    #expect(file.beside.map(\.key) == checkpoint.alternatives)
    #expect(file.entries.map(\.name) == checkpoint.names)
    #expect(try file.floats(checkpoint.names[0]) == [0.5, 1.5, 2.5, 3.5])
  }

  @Test("A module that holds itself, or shares children without end, is refused")
  func cycles() {
    // BINPUT 0 after NEWOBJ: the module is its own child.
    let own =
      Pickle.global("torch.nn", "Module") + Pickle.emptyTuple + [0x81] + Pickle.operation("q") + [0]
      + Pickle.dictionary([
        "_modules": Pickle.dictionary(["a": Pickle.operation("h") + [0]])
      ]) + Pickle.operation("b")
    #expect(
      errorText {
        _ = try StateDictionary.parse(
          torchZip(own, with: [ZipItem("m/padding", [UInt8](repeating: 0, count: 4096))]),
          path: "a.pth")
      }
        == "a.pth: \(Array(repeating: "a", count: 65).joined(separator: ".")): modules are nested"
        + " deeper than 64")
    var shared = Pickle.module(["w": Pickle.tensor()])
    for depth in 0..<40 {
      let both = UInt8(depth)
      shared =
        shared + Pickle.operation("q") + [both] + Pickle.operation("0")
        + Pickle.module(
          [:], children: ["a": Pickle.operation("h") + [both], "b": Pickle.operation("h") + [both]])
    }
    #expect(
      errorText { _ = try StateDictionary.parse(torchZip(shared), path: "a.pth") }
        == "a.pth: the modules refer to one another so often that their names outgrow the file")
  }

  @Test("Lists that hold one another unfold to no more than their limit")
  func unfolding() throws {
    var list = Pickle.list([Pickle.integer(1), Pickle.integer(2)])
    for depth in 0..<7 {
      let index = UInt8(depth)
      let again = Pickle.operation("h") + [index]
      list =
        list + Pickle.operation("q") + [index] + Pickle.operation("0")
        + Pickle.list(Array(repeating: again, count: 100))
    }
    let file = try StateDictionary.parse(
      torchZip(Pickle.dictionary(["w": Pickle.tensor(), "z": list, "a": Pickle.integer(5)])))
    #expect(file.attributes == ["a": .integer(5)])
  }

  @Test("A tensor that is expanded within the limit is written out")
  func expanded() throws {
    let file = try StateDictionary.parse(
      torchZip(
        Pickle.dictionary(["w": Pickle.tensor(offset: 3, shape: [1000, 2], strides: [0, 0])])))
    #expect(try file.floats("w") == [Float](repeating: 3.5, count: 2000))
  }

  @Test(
    "The rule of names lets in models and refuses Python's own library",
    arguments: [
      ("torch.nn.modules.conv", "Conv2d", true), ("torch.nn.functional", "relu", true),
      ("torchvision.models.densenet", "_DenseLayer", true),
      ("torchxrayvision.models", "DenseNet", true), ("timm.layers.norm", "LayerNorm2d", true),
      ("__main__", "net", true), ("model", "DenseNet121", true), ("src.nets", "Net.Block", true),
      ("collections", "OrderedDict", true), ("copy_reg", "_reconstructor", true),
      ("torch", "FloatStorage", true), ("torch.cuda", "HalfStorage", true),
      ("torch", "float32", true), ("argparse", "Namespace", true), ("torch", "load", false),
      ("torch.serialization", "load", false), ("torch.nnx", "Module", false),
      ("torch._inductor.codecache", "Code", false), ("os", "system", false),
      ("nt", "system", false), ("builtins", "exec", false), ("importlib", "Import", false),
      ("numpy", "load", false), ("numpy.testing", "Run", false), ("model", "run", false),
      ("_posixsubprocess", "Fork", false), ("runpy", "_run_code", false), ("", "Net", false),
      ("model", "", false), ("model.", "Net", false),
    ])
  func rule(_ module: String, _ name: String, isLetIn: Bool) {
    #expect((PickleGlobal(module: module, name: name) != nil) == isLetIn)
  }
}
