import Foundation
import TestSupport
import Testing

/// A use of the program that can't go well, with its exit code and the sentence that says why.
struct BadUse: Sendable, CustomTestStringConvertible {
  /// What is wrong.
  let what: String
  /// The words behind the program's name; `FOLDER` is the scene's, `OUT` a new folder's name in it,
  /// `WORDS` and `NET` are the bundles that come with the program.
  let arguments: [String]
  /// What the sentence holds.
  let sentence: String
  var status: Int32 = 1
  /// A line of the shell in which `zoo` is the program; nil runs it as it is.
  var shell: String?

  init(
    _ what: String, _ arguments: String, _ sentence: String, status: Int32 = 1,
    shell: String? = nil
  ) {
    self.what = what
    self.arguments = arguments.split(separator: " ").map(String.init)
    self.sentence = sentence
    (self.status, self.shell) = (status, shell)
  }

  var testDescription: String { what }
}

extension BadUse {
  /// What is found before anything is trained.
  static let checkedFirst: [BadUse] = [
    .init(
      "GloVe without vectors", "compare FOLDER/glove.json --output OUT",
      "\"glove\" needs a file of word vectors"),
    .init(
      "more folds than cases of a class", "compare FOLDER/folds.json --output OUT", "50"),
    .init(
      "names that differ in the case of their letters", "compare FOLDER/names.json --output OUT",
      "differ in the case of their letters alone"),
    .init(
      "labels that differ in the case of their letters",
      "compare FOLDER/labels.json --output OUT",
      "the column \"label\" holds \"abnormal\" (30), \"normal\" (30)"),
    .init(
      "a folder of images that is not there", "compare FOLDER/nowhere.json --output OUT",
      "image folder"),
    .init(
      "a name that no disk takes", "compare FOLDER/words.json --output FOLDER/\(long)",
      "has 300 bytes; file systems take 255"),
    .init(
      "a path that no system takes", "train FOLDER/words.json --output FOLDER/\(deep)",
      "expected at most"),
    .init(
      "a link that leads nowhere", "compare FOLDER/words.json --output FOLDER/link",
      "is a link that leads nowhere"),
    .init(
      "a folder that nothing can be made in", "compare FOLDER/words.json --output /proc/none/run",
      "/proc: nothing can be written there"),
    .init(
      "another zoo in the folder", "compare FOLDER/words.json --output FOLDER/busy",
      "another zoo is at work in this folder"),
    .init(
      "a model that is there already", "train FOLDER/words.json --output FOLDER/model",
      "a model is already there"),
    .init(
      "two encoders for train", "train FOLDER/names.json --output OUT",
      "use zoo compare for several"),
    .init(
      "a finished pre-training that is gone on with",
      "pretrain FOLDER/findings.json --output FOLDER/cxr --resume --quiet",
      "the pre-training is finished; nothing was left to do", status: 0),
  ]

  /// Outputs below a file, for each command that makes a folder; and files whose folder is not there.
  static let outputs: [BadUse] =
    [
      "compare FOLDER/words.json", "train FOLDER/words.json", "probe FOLDER/study.json",
      "pretrain FOLDER/findings.json", "explain WORDS --text clear",
      "explain WORDS --study FOLDER/words.json", "words WORDS --study FOLDER/words.json",
      "sanity NET --image FOLDER/sample/images/0001.png",
      "detect NET --boxes FOLDER/sample/boxes.csv --images FOLDER/sample",
      "bundle create FOLDER/model --name ab@1.0.0 --licence CC0-1.0", "data sample --count 4",
    ].map {
      .init("\($0): below a file", "\($0) --output FOLDER/file/run", "is a file; expected a folder")
    }
    + [
      "weights export NET --output", "vectors train FOLDER/texts.txt --output",
      "weights import FOLDER/nothing.pth --for resnet18 --output", "export NET --onnx",
      "export NET --python", "bundle keygen --plain --output",
    ].map {
      .init("\($0): no such folder", "\($0) FOLDER/none/file", "none: no such folder to write into")
    } + [
      .init(
        "bundle publish: below a file",
        "bundle publish WORDS --to FOLDER/file/site --key FOLDER/none.key",
        "is a file; expected a folder")
    ]

  /// Pipes, devices and folders in the place of files.
  static let noFiles: [BadUse] =
    [
      "compare PLACE --output OUT", "train PLACE --output OUT", "pretrain PLACE --output OUT",
      "predict NET --image PLACE", "predict WORDS --text-file PLACE", "weights inspect PLACE",
      "weights import PLACE --for resnet18", "vectors inspect PLACE",
      "vectors train PLACE --output OUT", "bundle verify WORDS --key PLACE",
      "detect NET --boxes PLACE --output OUT", "bundle sign WORDS --key PLACE",
    ].flatMap { arguments in
      [
        ("pipe", "is no plain file"), ("device", "is no plain file"), ("folder", "a folder"),
      ].map { kind, sentence in
        .init(
          "\(kind): \(arguments)",
          arguments.replacing("PLACE", with: kind == "device" ? "/dev/zero" : "FOLDER/\(kind)"),
          arguments.contains("--text-file") ? "is no plain file" : sentence)
      }
    }
    + [
      .init(
        "an archive that is a pipe", "compare FOLDER/archive.json --output OUT",
        "is no plain file"),
      .init("a table that is a pipe", "compare FOLDER/pipe.json --output OUT", "is no plain file"),
      .init(
        "a bundle that is a pipe", "bundle inspect FOLDER/pipe", "FOLDER/pipe"),
    ]

  /// What the machine or a damaged file does.
  static let conditions: [BadUse] =
    [
      .init(
        "a full disk behind the standard output", "",
        "the standard output can't be written: No space",
        shell: "zoo list > /dev/full"),
      .init(
        "a full disk behind a prediction", "", "the standard output can't be written: No space",
        shell: "zoo predict WORDS --text clear > /dev/full"),
      .init(
        "too little address space", "", "the address space is limited to 292 MB (ulimit -v)",
        shell: "ulimit -v 300000; exec zoo --version"),
      .init(
        "more threads than the address space holds", "", "1000 threads need at least",
        shell:
          "ulimit -v 16000000; OMP_NUM_THREADS=1 exec zoo predict WORDS --text a --threads 1000"),
      .init(
        "weights that are NaN, predicted with", "predict FOLDER/nan --text clear",
        "numbers are NaN or infinite"),
      .init(
        "weights that are NaN, exported", "export FOLDER/nan --onnx OUT",
        "numbers are NaN or infinite"),
      .init(
        "weights that are NaN, explained", "explain FOLDER/nan --text clear --output OUT",
        "numbers are NaN or infinite"),
    ]
    + [
      "predict PLACE --text clear", "explain PLACE --text clear --output OUT",
      "export PLACE --onnx OUT", "words PLACE --study FOLDER/words.json --output OUT",
      "weights export PLACE --part text --output OUT",
    ].flatMap { arguments -> [BadUse] in
      [
        .init(
          "a damaged bundle: \(arguments)", arguments.replacing("PLACE", with: "FOLDER/bundle"),
          "is not the file that the bundle phantom-words@"),
        .init(
          "a damaged model: \(arguments)", arguments.replacing("PLACE", with: "FOLDER/flipped"),
          "model.safetensors is not what was written: its SHA-256 differs"),
      ]
    }
    + [
      .init(
        "a bundle of a damaged model",
        "bundle create FOLDER/flipped --name ab@1.0.0 --licence CC0-1.0 --output OUT",
        "model.safetensors is not what was written: its SHA-256 differs")
    ]

  private static let long = String(repeating: "n", count: 300)
  private static let deep = [String](repeating: String(repeating: "d", count: 200), count: 20)
    .joined(separator: "/")
}
