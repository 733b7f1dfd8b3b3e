import Foundation
import TestSupport
import Testing
import WeightFiles

@Suite(
  "The program and starting weights", .serialized,
  .enabled(if: ProgramRunner.program != nil, "the program was not built beside the tests"))
struct TransferProgramTests {
  /// Runs the program and expects it to end well.
  @discardableResult
  private func succeed(_ arguments: String...) throws -> ProgramRunner.Outcome {
    let outcome = try ProgramRunner.run(arguments)
    try #require(outcome.status == 0, "\(outcome.error)")
    return outcome
  }

  /// The image side of the study alone, with more keys for the branch.
  private func imageStudy(_ study: String, _ keys: String, hidden: Int = 0) throws -> String {
    let text = try SmallStudy.allowingSeen(study)
    let words = try #require(text.range(of: "\"text\": {"))
    return text[..<words.lowerBound].replacing("\"size\": 32,", with: "\"size\": 32, \(keys)")
      + "\"fusion\": {\"hidden\": \(hidden), \"views\": 2}}"
  }

  private func distance(_ key: String, _ left: String, _ right: String) throws -> Double {
    let values = try [left, right].map {
      try TensorFile.read(path: "\($0)/model.safetensors").floats(key)
    }
    return zip(values[0], values[1]).reduce(0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
      .squareRoot()
  }

  @Test("Frozen batch statistics stay to the bit; a rate that falls with depth slows early stages")
  func policies() throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder)
      try succeed("train", study, "--output", "\(folder)/start")
      let start = "\(folder)/start/parts/net"
      for (name, keys) in [
        ("plain", ""), ("statistics", "\"batchNormalization\": \"frozen\","),
        ("depth", "\"layerDecay\": 0.1,"),
      ] {
        try imageStudy(study, "\"weights\": \"\(start)\", \(keys)").write(
          toFile: "\(folder)/\(name).json", atomically: true, encoding: .utf8)
        try succeed("train", "\(folder)/\(name).json", "--output", "\(folder)/\(name)")
      }
      let (plain, frozen, depth) = (
        "\(folder)/plain", "\(folder)/statistics", "\(folder)/depth"
      )
      let mean = "image.features.norm0.running_mean"
      let stem = "image.features.conv0.weight"
      #expect(try distance(mean, start, plain) > 1e-4)
      #expect(try distance(mean, start, frozen) == 0)
      #expect(try distance(stem, start, frozen) > 1e-4)
      // The stem's rate is .1^2 or less of what it is in the plain training, the last stage's is the same.
      let ratio = try distance(stem, start, depth) / distance(stem, start, plain)
      #expect(ratio < 0.1, "\(ratio)")
      let last = "image.features.denseblock2.denselayer2.conv2.weight"
      let late = try distance(last, start, depth) / distance(last, start, plain)
      #expect(late > 0.5, "\(late)")
    }
  }

  @Test(
    "An export has the published keys, with a classifier where there is one, and comes in whole")
  func export() throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder)
      try succeed("train", study, "--output", "\(folder)/both")
      try imageStudy(study, "").write(
        toFile: "\(folder)/image.json", atomically: true, encoding: .utf8)
      try succeed("train", "\(folder)/image.json", "--output", "\(folder)/image")
      let options =
        "{\"growthRate\": 4, \"blocks\": [1, 2], \"initialFeatures\": 8, \"stemKernel\": 3}"
      for (model, hasClassifier) in [("image", true), ("both", false)] {
        let file = "\(folder)/\(model).safetensors"
        let made = try succeed("weights", "export", "\(folder)/\(model)", "--output", file)
        #expect(made.output.contains("without a classifier") == !hasClassifier)
        let written = try TensorFile.read(path: file)
        let own = try TensorFile.read(path: "\(folder)/\(model)/model.safetensors")
        #expect((written.entry("classifier.weight") != nil) == hasClassifier)
        for entry in own.entries where entry.name.hasPrefix("image.") {
          let key = String(entry.name.dropFirst("image.".count))
          #expect(try written.floats(key) == own.floats(entry.name), "\(key)")
        }
        let read = try succeed(
          "weights", "import", file, "--for", "densenet121", "--options", options)
        #expect(read.output.contains("100"), "\(read.output)")
        let again = try ProgramRunner.run([
          "weights", "export", "\(folder)/\(model)", "--output", file,
        ])
        #expect(again.status == 1 && again.error.contains("already there"))
      }
    }
  }

  @Test("Colour weights come to grey images, and that is said; a changed file is not gone on with")
  func channels() throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder)
      func write(_ name: String, _ keys: String) throws -> String {
        try imageStudy(study, keys).write(
          toFile: "\(folder)/\(name).json", atomically: true, encoding: .utf8)
        return "\(folder)/\(name).json"
      }
      try succeed("train", try write("colour", "\"channels\": 3,"), "--output", "\(folder)/colour")
      let weights = "\"weights\": \"\(folder)/colour\","
      let grey = try write("grey", "\"channels\": 1, \(weights)")
      let made = try succeed("compare", grey, "--output", "\(folder)/grey")
      #expect(made.error.contains("its weights read 3 channels and were brought to 1"))
      let report = try String(contentsOfFile: "\(folder)/grey/report.html", encoding: .utf8)
      #expect(report.contains("brought to 1"))

      // The same run again has nothing to do; with other weights under the same name it is another run.
      try succeed("compare", grey, "--output", "\(folder)/grey", "--resume")
      let path = "\(folder)/colour/model.safetensors"
      let file = try TensorFile.read(path: path)
      try TensorFile.write(
        file.entries.map {
          (name: $0.name, shape: $0.shape, values: try file.floats($0.name).map { $0 + 0.01 })
        }, metadata: file.metadata, to: path)
      // As weights of a version without digests, which would be refused before the run is looked at.
      try FileManager.default.removeItem(atPath: "\(folder)/colour/digests.json")
      let other = try ProgramRunner.run([
        "compare", grey, "--output", "\(folder)/grey", "--resume",
      ])
      #expect(other.status == 1)
      #expect(other.error.contains("other kernels, threads, versions or files"), "\(other.error)")
    }
  }

  /// The sample as ChestX-ray14's table and lists, and a pre-training over them.
  private func chestXray14(_ folder: String, overlap: Bool = false) throws -> String {
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true)
    _ = try SmallStudy.prepare(folder)
    let rows = try String(contentsOfFile: "\(folder)/sample/cases.csv", encoding: .utf8)
      .split(separator: "\n").dropFirst()
    var table = "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Sex,"
    table += "View Position\n"
    var lists = ["", ""]
    for (index, row) in rows.enumerated() {
      let image = "\(row.split(separator: ",")[0]).png"
      let finding = row.contains(",abnormal,") ? "Mass|Nodule" : "No Finding"
      table += "\(image),\(finding),0,\(index / 2),50,F,PA\n"
      lists[index < 40 ? 0 : 1] += "\(image)\n"
      if overlap, index == 0 { lists[1] += "\(image)\n" }
    }
    for (name, text) in [("table.csv", table), ("train.txt", lists[0]), ("test.txt", lists[1])] {
      try text.write(toFile: "\(folder)/sample/\(name)", atomically: true, encoding: .utf8)
    }
    let path = "\(folder)/pretrain.json"
    try """
    {"schema": 1, "name": "findings", "seed": 2,
     "data": {"format": "chestx-ray14", "path": "sample/table.csv",
       "imageRoot": "sample/images"},
     "labels": ["Mass", "Nodule", "Edema"],
     "lists": {"training": "sample/train.txt", "test": "sample/test.txt"},
     "image": {"name": "net", "encoder": "densenet121", "size": 32,
       "options": {"growthRate": 4, "blocks": [1, 2], "initialFeatures": 8, "stemKernel": 3},
       "augmentation": {"rotation": 5},
       "training": {"epochs": 6, "batchSize": 8, "average": 0.9, "select": "best"}}}
    """.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  @Test("Pre-training takes the official lists, and refuses lists that share an image")
  func lists() throws {
    try withTemporaryFolder { folder in
      let path = try chestXray14(folder)
      let made = try succeed("pretrain", path, "--output", "\(folder)/made")
      #expect(made.output.contains("of 20"), "\(made.output)")
      let folds = try String(contentsOfFile: "\(folder)/made/folds.csv", encoding: .utf8)
      #expect(folds.components(separatedBy: ",test").count - 1 == 20)
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/made/checkpoint.safetensors"))
      let shared = try chestXray14("\(folder)/shared", overlap: true)
      let refused = try ProgramRunner.run(["pretrain", shared, "--output", "\(folder)/other"])
      #expect(refused.status == 1)
      #expect(refused.error.contains("0001"), "\(refused.error)")
    }
  }

  @Test("A pre-training killed between epochs and resumed ends with the same weights and scores")
  func resumed() throws {
    try withTemporaryFolder { folder in
      let path = try chestXray14(folder)
      try succeed("pretrain", path, "--output", "\(folder)/whole")
      let output = "\(folder)/broken"
      let checkpoint = "\(output)/checkpoint.safetensors"
      func reached() -> Int {
        guard let file = try? TensorFile.read(path: checkpoint),
          let text = file.metadata["training"]?.firstRange(of: "\"finished\":"),
          let state = file.metadata["training"]
        else { return 0 }
        return Int(state[text.upperBound...].prefix { $0.isNumber }) ?? 0
      }
      var arguments = ["pretrain", path, "--output", output]
      var kills = 0
      for epochs in [1, 3, 4] {
        if try ProgramRunner.run(arguments, killedWhen: { reached() >= epochs }) { kills += 1 }
        if kills == 1, arguments.last != "--resume" {
          let plain = try ProgramRunner.run(arguments)
          #expect(plain.status == 1 && plain.error.contains("--resume"), "\(plain.error)")
          arguments.append("--resume")
        }
      }
      #expect(kills >= 2, "the training ended before it could be stopped")
      let last = try ProgramRunner.run(arguments)
      #expect(last.status == 0, "\(last.error)")
      for name in ["model.safetensors", "results.csv", "epochs.csv", "folds.csv"] {
        let wanted = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/whole/\(name)"))
        let found = try Data(contentsOf: URL(fileURLWithPath: "\(output)/\(name)"))
        #expect(wanted == found, "\(name) differs")
      }
    }
  }

  @Test("A checkpoint of another model is refused with what to do, and stays")
  func foreignCheckpoint() throws {
    try withTemporaryFolder { folder in
      let path = try chestXray14(folder)
      let output = "\(folder)/run"
      let checkpoint = "\(output)/checkpoint.safetensors"
      _ = try ProgramRunner.run(
        ["pretrain", path, "--output", output],
        killedWhen: { FileManager.default.fileExists(atPath: checkpoint) })
      let kept = try TensorFile.read(path: checkpoint)
      let changed = try kept.entries.map {
        (name: $0.name, shape: $0.shape, values: try kept.floats($0.name).map { $0 + 0.01 })
      }
      for (tensors, metadata, message) in [
        (changed, kept.metadata, "its content is not what was written: the digest differs"),
        ([(name: "value.a", shape: [1], values: [Float(1)])], [:], "how far the training went"),
        (
          [(name: "value.a", shape: [1], values: [Float(1)])],
          [
            "training":
              "{\"finished\":1,\"stale\":0,\"scores\":[],\"averageUpdates\":1,\"optimizerSteps\":{}}"
          ], "is not there, or has another shape"
        ),
      ] {
        try TensorFile.write(tensors, metadata: metadata, to: checkpoint)
        let refused = try ProgramRunner.run(["pretrain", path, "--output", output, "--resume"])
        #expect(refused.status == 1)
        #expect(refused.error.contains(message), "\(refused.error)")
        #expect(refused.error.contains("remove the file"))
        #expect(FileManager.default.fileExists(atPath: checkpoint))
      }
    }
  }
}
