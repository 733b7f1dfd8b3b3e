import Basics
import Foundation
import TestSupport
import Testing

@testable import WeightFiles

private let cutShort = "\n  The file may be cut short or damaged: fetch it again."
private let byHand =
  "\n  Nothing was executed. Such a file is made by hand: don't trust it."
private let notTrusted =
  ", which is not among what a weight file may name\n  Nothing was executed. If the file can be"
  + " trusted, load it in Python and save its state_dict() with torch.save or safetensors; else"
  + " delete it."

/// The operations of a bad pickle, and what is said about them: the byte, then the sentence.
struct BadPickle: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let operations: [UInt8]
  let byte: Int
  let message: String

  init(_ what: String, _ operations: [UInt8], at byte: Int, _ message: String) {
    testDescription = what
    self.operations = operations
    self.byte = byte
    self.message = message
  }
}

private let badNames = [
  BadPickle(
    "GLOBAL os.system", Pickle.call("os", "system", [Pickle.text("id")]), at: 2,
    "the pickle names os.system" + notTrusted),
  BadPickle(
    "GLOBAL posix.system", Pickle.global("posix", "system"), at: 2,
    "the pickle names posix.system" + notTrusted),
  BadPickle(
    "GLOBAL subprocess.Popen", Pickle.global("subprocess", "Popen"), at: 2,
    "the pickle names subprocess.Popen" + notTrusted),
  BadPickle(
    "GLOBAL of a built-in by Python 2's name", Pickle.global("__builtin__", "eval"), at: 2,
    "the pickle names __builtin__.eval" + notTrusted),
  BadPickle(
    "GLOBAL builtins.getattr", Pickle.global("builtins", "getattr"), at: 2,
    "the pickle names builtins.getattr" + notTrusted),
  BadPickle(
    "GLOBAL of another part of torch", Pickle.global("torch.hub", "load"), at: 2,
    "the pickle names torch.hub.load" + notTrusted),
  BadPickle(
    "GLOBAL near one that is read", Pickle.global("torch._utils", "_rebuild_tensor_v4"), at: 2,
    "the pickle names torch._utils._rebuild_tensor_v4, which is not among what a weight file may"
      + " name; the nearest that is: torch._utils._rebuild_tensor_v2\n"
      + notTrusted.split(separator: "\n")[1]),
  BadPickle(
    "GLOBAL of a function of an unknown package", Pickle.global("evil.tools", "run"), at: 2,
    "the pickle names evil.tools.run" + notTrusted),
  BadPickle(
    "GLOBAL with a path in capitals", Pickle.global("evil", "../Run"), at: 2,
    "the pickle names evil.../Run" + notTrusted),
  BadPickle(
    "GLOBAL of a package that imports", Pickle.global("pip._internal", "Main"), at: 2,
    "the pickle names pip._internal.Main" + notTrusted),
  BadPickle(
    "STACK_GLOBAL os.system", Pickle.text("os") + Pickle.text("system") + [0x93], at: 20,
    "the pickle names os.system" + notTrusted),
  BadPickle(
    "STACK_GLOBAL of numbers", Pickle.integer(1) + Pickle.integer(2) + [0x93], at: 22,
    "the pickle names something by a whole number; expected texts"),
  BadPickle(
    "REDUCE of a function of torch.nn",
    Pickle.call("torch.nn.functional", "relu", [Pickle.tensor()]), at: 188,
    "the pickle calls torch.nn.functional.relu" + notTrusted),
  BadPickle(
    "REDUCE of a model's class", Pickle.call("chestmodels", "Net", []), at: 21,
    "the pickle calls chestmodels.Net" + notTrusted),
  BadPickle(
    "REDUCE of a text", Pickle.text("os.system") + Pickle.emptyTuple + Pickle.operation("R"),
    at: 17, "the pickle calls a text; expected a name"),
  BadPickle(
    "NEWOBJ of a function",
    Pickle.global("torch._utils", "_rebuild_tensor") + Pickle.emptyTuple + [0x81], at: 33,
    "the pickle makes an object of torch._utils._rebuild_tensor" + notTrusted),
  BadPickle(
    "copyreg of a function",
    Pickle.call(
      "copy_reg", "_reconstructor",
      [Pickle.global("collections", "OrderedDict"), Pickle.global("__builtin__", "object")]),
    at: 74, "the pickle makes an object of collections.OrderedDict" + notTrusted),
  BadPickle(
    "INST", Pickle.mark + Array("ios\nsystem\n".utf8), at: 3,
    "the pickle has the operation INST, which torch.save never writes" + byHand),
  BadPickle(
    "OBJ", Pickle.mark + Pickle.global("torch.nn", "Linear") + Pickle.operation("o"), at: 20,
    "the pickle has the operation OBJ, which torch.save never writes" + byHand),
  BadPickle(
    "EXT1", [0x82, 1], at: 2,
    "the pickle has the operation EXT1, which torch.save never writes" + byHand),
  BadPickle(
    "EXT2", [0x83, 1, 0], at: 2,
    "the pickle has the operation EXT2, which torch.save never writes" + byHand),
  BadPickle(
    "EXT4", [0x84, 1, 0, 0, 0], at: 2,
    "the pickle has the operation EXT4, which torch.save never writes" + byHand),
]

private let badOperations = [
  BadPickle("no operation", [0xff], at: 2, "byte 0xff is no pickle operation" + cutShort),
  BadPickle(
    "a later protocol", [0x80, 6], at: 2, "the pickle has protocol 6; expected at most 5"),
  BadPickle(
    "SETITEM of a list",
    Pickle.emptyList + Pickle.text("a") + Pickle.none + Pickle.operation("s"), at: 10,
    "the pickle sets an item of a list; expected a dictionary"),
  BadPickle(
    "SETITEMS of an object",
    Pickle.object("torch.nn", "Linear", nil) + Pickle.mark + Pickle.operation("u"), at: 22,
    "the pickle sets an item of an object of class torch.nn.Linear; expected a dictionary"),
  BadPickle(
    "a key twice", Pickle.dictionary(["a": Pickle.none, "a": Pickle.none]), at: 18,
    "the pickle sets the key \"a\" twice"),
  BadPickle(
    "a key without a value",
    Pickle.emptyDictionary + Pickle.mark + Pickle.none + Pickle.operation("u"), at: 5,
    "the pickle sets a key without a value"),
  BadPickle(
    "APPEND to a dictionary", Pickle.emptyDictionary + Pickle.none + Pickle.operation("a"), at: 4,
    "the pickle appends to a dictionary; expected a list"),
  BadPickle(
    "BUILD of a list", Pickle.emptyList + Pickle.emptyDictionary + Pickle.operation("b"), at: 4,
    "the pickle gives a state to a list; expected an object"),
  BadPickle(
    "BUILD twice",
    Pickle.object("torch.nn", "Linear", Pickle.emptyDictionary) + Pickle.emptyDictionary
      + Pickle.operation("b"), at: 24,
    "the pickle gives an object of class torch.nn.Linear its state twice"),
  BadPickle(
    "a memo that was never put", Pickle.operation("h") + [7], at: 2,
    "the pickle refers to value 7 of its memo, which it never put there"),
  BadPickle(
    "a far memo that was never put", Pickle.operation("j") + little(UInt32.max), at: 2,
    "the pickle refers to value 4294967295 of its memo, which it never put there"),
  BadPickle("an empty stack", [], at: 2, "the pickle takes a value from an empty stack"),
  BadPickle(
    "a value from below a mark", Pickle.none + Pickle.mark + Pickle.operation("q") + [0], at: 4,
    "the pickle takes a value from an empty stack"),
  BadPickle(
    "a tuple of more than there is", Pickle.none + [0x86], at: 3,
    "the pickle takes a value from an empty stack"),
  BadPickle(
    "no mark", Pickle.none + Pickle.operation("t"), at: 3,
    "the pickle has no mark to go back to"),
  BadPickle(
    "values left over", Pickle.none + Pickle.none, at: 4,
    "the pickle ends with values left on its stack"),
  BadPickle(
    "LONG4 of 2 GiB", [0x8b] + little(Int32.max), at: 2,
    "the pickle wants 2147483647 bytes more, but only 1 follow" + cutShort),
  BadPickle(
    "LONG4 below zero", [0x8b] + little(Int32.min), at: 2,
    "a whole number of the pickle has -2147483648 bytes"),
  BadPickle(
    "BINUNICODE8 of 2⁶³", [0x8d] + little(UInt64(1) << 63), at: 2,
    "the pickle wants 9223372036854775808 bytes more, but only 1 follow" + cutShort),
  BadPickle(
    "BINBYTES8 of 2⁶⁴ − 1", [0x8e] + little(UInt64.max), at: 2,
    "the pickle wants 18446744073709551615 bytes more, but only 1 follow" + cutShort),
  BadPickle(
    "a frame beyond the pickle", [0x95] + little(UInt64(100)), at: 2,
    "a frame of the pickle has 100 bytes, but only 1 follow" + cutShort),
  BadPickle(
    "a text that is not UTF-8", [0x8c, 1, 0xff], at: 2, "a text of the pickle is not UTF-8"),
  BadPickle(
    "a name without an end", Array("ctorch".utf8), at: 2,
    "the pickle ends within a line" + cutShort),
]

private let storageOfLinear = Pickle.tuple([
  Pickle.text("storage"), Pickle.global("torch.nn", "Linear"), Pickle.text("0"),
  Pickle.text("cpu"), Pickle.integer(4),
])

private let badTensors = [
  BadPickle(
    "a shape beyond the storage", Pickle.tensor(shape: [5]), at: 159,
    "a tensor of storage \"0\" has offset 0, shape [5] and strides [1], beyond the 4 elements of"
      + " its storage"),
  BadPickle(
    "an offset beyond the storage", Pickle.tensor(offset: 5, shape: [0]), at: 159,
    "a tensor of storage \"0\" has offset 5, shape [0] and strides [1], beyond the 4 elements of"
      + " its storage"),
  BadPickle(
    "a negative offset", Pickle.tensor(offset: -1), at: 159,
    "a tensor of storage \"0\" has the negative offset -1"),
  BadPickle(
    "a negative stride", Pickle.tensor(strides: [-1]), at: 159,
    "a tensor of storage \"0\" has the negative stride -1"),
  BadPickle(
    "a negative extent", Pickle.tensor(shape: [-4]), at: 159,
    "a tensor of storage \"0\" has the negative extent -4"),
  BadPickle(
    "more strides than axes", Pickle.tensor(strides: [1, 1]), at: 169,
    "a tensor of storage \"0\" has 1 axes and 2 strides; expected as many, at most 64"),
  BadPickle(
    "a product that overflows", Pickle.tensor(shape: [1 << 32, 1 << 32], strides: [0, 0]),
    at: 179,
    "a tensor of storage \"0\" has the shape [4294967296, 4294967296], whose product overflows"),
  BadPickle(
    "strides that overflow", Pickle.tensor(shape: [3, 3], strides: [1 << 62, 1]), at: 179,
    "a tensor of storage \"0\" has the shape [3, 3] and strides [4611686018427387904, 1], which"
      + " overflow"),
  BadPickle(
    "a storage below zero", Pickle.tensor(Pickle.storage("0", -4)), at: 94,
    "storage \"0\" would have -4 elements"),
  BadPickle(
    "a storage whose size overflows", Pickle.tensor(Pickle.storage("0", 1 << 62)), at: 94,
    "storage \"0\" would have 4611686018427387904 elements"),
  BadPickle(
    "a storage of two sizes",
    Pickle.list([Pickle.tensor(), Pickle.tensor(Pickle.storage("0", 3))]), at: 254,
    "storage \"0\" has 12 bytes here, and 16 before"),
  BadPickle(
    "a storage of a class", Pickle.tensor(storageOfLinear + Pickle.operation("Q")), at: 91,
    "the pickle refers to a \"storage\" that is not as torch.save writes it"),
  BadPickle(
    "a reference that is no tuple", Pickle.text("storage") + Pickle.operation("Q"), at: 14,
    "the pickle refers to a text; expected a tuple that names a storage"),
  BadPickle(
    "a tensor of no storage",
    Pickle.call(
      "torch._utils", "_rebuild_tensor",
      [Pickle.none, Pickle.integer(0), Pickle.emptyTuple, Pickle.emptyTuple]), at: 47,
    "the pickle calls torch._utils._rebuild_tensor with something else than storage, offset, shape"
      + " and strides"),
  BadPickle(
    "a tensor of too little", Pickle.call("torch._utils", "_rebuild_tensor", [Pickle.none]),
    at: 35, "the pickle calls torch._utils._rebuild_tensor with 1 arguments; too few"),
]

@Suite struct BadPickleTests {
  @Test(
    "A bad pickle is refused by what it does and where, in both formats",
    arguments: badNames + badOperations + badTensors)
  func refused(_ bad: BadPickle) {
    #expect(
      errorText { _ = try StateDictionary.parse(torchZip(bad.operations), path: "a.pth") }
        == "a.pth: m/data.pkl, byte \(bad.byte): \(bad.message)")
    // More follow the pickle, so that a wrong length is told otherwise.
    let text = errorText {
      _ = try StateDictionary.parse(torchLegacy(bad.operations), path: "a.pth")
    }
    if !bad.message.contains("follow"), !bad.message.contains("within a line") {
      #expect(text == "a.pth: byte \(bad.byte + legacyPrefix): \(bad.message)")
    } else {
      #expect(text.hasPrefix("a.pth: "))
    }
  }

  /// Where the pickle of a legacy file begins.
  private var legacyPrefix: Int {
    15 + 13 + Pickle.whole(Pickle.dictionary(["little_endian": [0x88]])).count
  }

  @Test("A pickle cut at any byte is refused", arguments: [true, false])
  func cut(isZip: Bool) {
    let whole = Pickle.whole(Pickle.module(["w": Pickle.tensor()]))
    for count in 0..<whole.count {
      let part = Array(whole.prefix(count))
      let data =
        isZip
        ? zipArchive([ZipItem("m/data.pkl", part), ZipItem("m/data/0", fourFloats)])
        : torchLegacy(Pickle.module(["w": Pickle.tensor()])).prefix(legacyPrefix + count)
      #expect(throws: ZooError.self) { try StateDictionary.parse(data) }
    }
  }

  @Test("A pickle changed at any byte is refused or read, and never crashes")
  func flipped() {
    let whole = Pickle.whole(
      Pickle.dictionary([
        "model": Pickle.module(["w": Pickle.tensor(shape: [2, 2], strides: [2, 1])]),
        "epoch": Pickle.integer(3),
      ]))
    for index in whole.indices {
      for bit in 0..<8 {
        var pickle = whole
        pickle[index] ^= 1 << bit
        let data = zipArchive([ZipItem("m/data.pkl", pickle), ZipItem("m/data/0", fourFloats)])
        guard let file = try? StateDictionary.parse(data) else { continue }
        for entry in file.entries {
          #expect((try? file.floats(entry.name))?.count == entry.count)
        }
      }
    }
  }

  @Test("A million lists in one another are read and freed without recursion")
  func deep() {
    let deep = [UInt8](repeating: UInt8(ascii: "]"), count: 1_000_000)
    let close = [UInt8](repeating: UInt8(ascii: "a"), count: 999_999)
    #expect(
      errorText { _ = try StateDictionary.parse(torchZip(deep + close), path: "a.pth") }
        == "a.pth: holds a list; expected a state dictionary, a checkpoint or a module")
    let value = Pickle.dictionary(["w": Pickle.tensor(), "deep": deep + close])
    #expect((try? StateDictionary.parse(torchZip(value)))?.attributes == [:])
  }

  @Test("A pickle of too many operations is refused")
  func long() {
    let many = [UInt8](repeating: UInt8(ascii: "N"), count: 4_000_000)
    #expect(
      errorText { _ = try StateDictionary.parse(torchZip(many), path: "a.pth") }
        == "a.pth: m/data.pkl, byte 4000001: the pickle has more than 4000000 operations")
  }

  @Test("A long value can't be copied over and over")
  func copies() {
    let long = Pickle.text(String(repeating: "a", count: 1 << 20)) + Pickle.operation("q") + [0]
    let again =
      Pickle.global("_codecs", "encode") + Pickle.operation("h") + [0, 0x85]
      + Pickle.operation("R") + Pickle.operation("0")
    let pickle = long + [[UInt8]](repeating: again, count: 1000).flatMap { $0 }
    #expect(
      errorText { _ = try StateDictionary.parse(torchZip(pickle), path: "a.pth") }
        == "a.pth: m/data.pkl, byte \(2 + long.count + 64 * again.count + 19): the calls of the"
        + " pickle copy more than 67108864 bytes")
  }
}
