import Basics
import Bundles
import Foundation
import TestSupport
import Testing

@Suite(
  "The program and bundles", .serialized,
  .enabled(if: ProgramRunner.program != nil, "the program was not built beside the tests"))
struct BundleProgramTests {
  @Test("The same run gives the same bytes, which verify; what is changed afterwards does not")
  func create() throws {
    try withTemporaryFolder { folder in
      let scene = try BundleScene(folder)
      try scene.make("words", "1.0.0")
      try scene.make("words", "1.0.0", output: "again")
      let (one, two) = (try BundleFolder("\(folder)/words"), try BundleFolder("\(folder)/again"))
      try one.verify()
      #expect(one.manifestData == two.manifestData)
      #expect(one.manifest.training.cases.reduce(0, +) == 60)
      #expect(one.manifest.training.isSynthetic)
      #expect(one.manifest.metrics.contains { $0.name == "accuracy" && $0.interval != nil })
      let verified = try scene.succeed("bundle", "verify", "\(folder)/words")
      #expect(verified.output.contains("golden logits: 2 cases, largest difference 0"))
      #expect(verified.output.contains("load_in_python.py: as this program writes it"))
      try scene.edit("again", "load_in_python.py", "import torch\n", "import torch, os\n")
      let other = try scene.succeed("bundle", "verify", "\(folder)/again")
      #expect(other.output.contains("not as this program writes it; read it before you run it"))
      let card = try String(contentsOfFile: "\(folder)/words/README.md", encoding: .utf8)
      #expect(card.hasPrefix("---\nlicense: cc0-1.0\n") && card.contains("## Limitations"))

      // A manifest that agrees with a changed model does not make the golden logits right.
      let path = "\(folder)/words/model.json"
      let text = try String(contentsOfFile: path, encoding: .utf8)
      let changed = text.replacingOccurrences(
        of: "\"keepsRemovedWords\": ", with: "\"keepsRemovedWords\":  ")
      #expect(changed != text)
      try AtomicFile.write(changed, to: path)
      let broken = try scene.run("bundle", "verify", "\(folder)/words")
      #expect(broken.status == 1 && broken.error.contains("model.json"), "\(broken.error)")
    }
  }

  @Test(
    "Golden logits that are not the model's, and a manifest that tells of another model, are found")
  func golden() throws {
    try withTemporaryFolder { folder in
      let scene = try BundleScene(folder)
      try scene.make("words", "1.0.0")
      try scene.edit("words", "golden.json", "\"logits\": [", "\"logits\": [1")
      let golden = try scene.run("bundle", "verify", "\(folder)/words")
      #expect(golden.error.contains("the model gives the logit"), "\(golden.error)")
      try scene.make("other", "1.0.0")
      try scene.edit("other", "model.json", "\"abnormal\"", "\"sick\"")
      let labels = try scene.run("bundle", "verify", "\(folder)/other")
      #expect(labels.error.contains("list of labels is not that of model.json"), "\(labels.error)")
    }
  }

  @Test("A threshold chosen on validation goes along and decides in predict")
  func threshold() throws {
    try withTemporaryFolder { folder in
      let scene = try BundleScene(folder)
      try scene.make("low", "1.0.0", "--threshold", "0.000001")
      try scene.make("high", "1.0.0", "--threshold", "0.999999")
      let low = try scene.succeed("predict", "\(folder)/low", "--text", "Heart is normal.")
      let high = try scene.succeed("predict", "\(folder)/high", "--text", "Heart is normal.")
      #expect(low.output.hasPrefix("abnormal (") && high.output.hasPrefix("normal ("))
      #expect(low.output.dropFirst(2).hasSuffix(high.output.dropFirst(7)))
      try scene.make("youden", "1.0.0", "--threshold", "youden")
      let manifest = try BundleFolder("\(folder)/youden").manifest
      #expect(manifest.output.thresholdRule == "youden")
      let difference = try scene.succeed("bundle", "diff", "\(folder)/low", "\(folder)/high")
      #expect(difference.output.contains("threshold: 1e-06 (given) → 0.999999 (given)"))
      #expect(!difference.output.contains("weights:"))
    }
  }

  @Test(
    "Signed, published, installed by name in an empty home: predict gives the same bits offline")
  func publish() throws {
    try withTemporaryFolder { folder in
      let scene = try BundleScene(folder)
      try scene.make("words", "1.0.0")
      try scene.succeed("bundle", "keygen", "--plain", "--output", "\(folder)/zoo")
      try scene.succeed("bundle", "sign", "\(folder)/words", "--key", "\(folder)/zoo.key")
      let verified = try scene.succeed(
        "bundle", "verify", "\(folder)/words", "--key", "\(folder)/zoo.pub")
      #expect(verified.output.contains("\"bundle words@1.0.0\""))
      try scene.publish("words")
      let found = try scene.succeed("bundle", "search", "--from", "\(folder)/site")
      #expect(found.output.contains("words@1.0.0"))
      let installed = try scene.succeed("bundle", "install", "words")
      #expect(installed.error.contains("licence of the weights: CC0-1.0"))
      let text = ["--text", "There is a large effusion.", "--json"]
      let here = try scene.succeed(["predict", "\(folder)/words"] + text)
      try FileManager.default.removeItem(atPath: "\(folder)/site")
      let there = try scene.succeed(["predict", "words"] + text)
      #expect(here.output == there.output && there.output.contains("logit"))
      let listed = try scene.succeed("bundle", "list")
      #expect(listed.output.contains("words@1.0.0  installed from"))
      try scene.succeed("bundle", "verify", "words@1.0.0", "--key", "\(folder)/zoo.pub")
      try scene.succeed("bundle", "remove", "words")
      let gone = try scene.run(["predict", "words"] + text)
      #expect(gone.status == 1 && gone.error.contains("no folder and no bundle is called"))
    }
  }

  @Test(
    "A new version comes by update, under a new key that the old one signed; a revoked one is told of"
  )
  func update() throws {
    try withTemporaryFolder { folder in
      let scene = try BundleScene(folder)
      let site = ["--to", "\(folder)/site", "--key"]
      try scene.succeed("bundle", "keygen", "--plain", "--output", "\(folder)/zoo")
      try scene.succeed("bundle", "keygen", "--plain", "--output", "\(folder)/next")
      try scene.make("words", "1.0.0")
      try scene.publish("words")
      try scene.succeed("bundle", "install", "words", "--from", "\(folder)/site")
      let same = try scene.succeed("bundle", "update")
      #expect(same.output.contains("nothing newer"), "\(same.output)")

      // Trained once more with another seed: the weights differ, and diff tells by how much.
      let study = try String(contentsOfFile: "\(folder)/study.json", encoding: .utf8)
      try AtomicFile.write(
        study.replacingOccurrences(of: "\"seed\": 3", with: "\"seed\": 9"),
        to: "\(folder)/study9.json")
      try scene.succeed("train", "\(folder)/study9.json", "--output", "\(folder)/model9")
      try scene.make("words", "1.1.0", run: "model9", output: "newer")
      let difference = try scene.succeed("bundle", "diff", "\(folder)/words", "\(folder)/newer")
      #expect(difference.output.contains("weights:"), "\(difference.output)")
      #expect(difference.output.contains("seed"), "\(difference.output)")

      try scene.succeed(
        "bundle", "rotate", "\(folder)/site", "--key", "\(folder)/zoo.key", "--new-key",
        "\(folder)/next.key")
      let stale = try scene.run(
        ["bundle", "publish", "\(folder)/newer"] + site + ["\(folder)/zoo.key"])
      #expect(stale.status == 1, "\(stale.output)")
      try scene.succeed(["bundle", "publish", "\(folder)/newer"] + site + ["\(folder)/next.key"])
      let updated = try scene.succeed("bundle", "update")
      #expect(updated.output.contains("words@1.0.0 → 1.1.0"), "\(updated.output)")
      let names = try BundleStore(folder: "\(folder)/data/encoderzoo").installed().map(\.name)
      #expect(names.sorted() == ["words@1.0.0", "words@1.1.0"])

      try scene.succeed(
        ["bundle", "revoke", "words@1.1.0"] + site
          + ["\(folder)/next.key", "--reason", "labels were swapped"])
      let told = try scene.succeed("bundle", "update")
      #expect((told.output + told.error).contains("labels were swapped"))
      let predicted = try scene.succeed("predict", "words@1.1.0", "--text", "Large effusion.")
      #expect(predicted.error.contains("labels were swapped"), "\(predicted.error)")
      try scene.succeed("bundle", "remove", "words@1.1.0")
      let again = try scene.run("bundle", "install", "words@1.1.0", "--from", "\(folder)/site")
      #expect(again.status == 1 && again.error.contains("revoked"), "\(again.error)")
    }
  }

  @Test("An installed image model starts a study by its name, and a study is told of shared images")
  func weights() throws {
    try withTemporaryFolder { folder in
      let scene = try BundleScene(folder, image: true)
      try scene.make("net", "1.0.0", run: "model/parts/net")
      try scene.succeed("bundle", "keygen", "--plain", "--output", "\(folder)/zoo")
      try scene.publish("net")
      try scene.succeed("bundle", "install", "net", "--from", "\(folder)/site")
      let study = try SmallStudy.allowingSeen("\(folder)/study.json")
      try study.replacingOccurrences(
        of: "\"size\": 32,", with: "\"size\": 32, \"weights\": \"net\","
      )
      .write(toFile: "\(folder)/next.json", atomically: true, encoding: .utf8)
      let run = try scene.succeed("compare", "\(folder)/next.json", "--output", "\(folder)/run")
      #expect(run.error.contains("its weights were trained on"), "\(run.error)")
      // A cell that started from it can be bundled, once the terms of its start are given.
      let cell = "run/cells/r1f1/net + words"
      let unknown = try scene.run(scene.arguments("pair", "1.0.0", run: cell, output: "pair"))
      #expect(unknown.error.contains("the terms of what it started from are not known: net"))
      try scene.make("pair", "1.0.0", "--origin-terms", "CC0-1.0", run: cell)
      let manifest = try BundleFolder("\(folder)/pair").manifest
      #expect(manifest.training.startedFrom == ["net"] && manifest.licences.origin == "CC0-1.0")
      #expect(manifest.metrics.contains { $0.deviation != nil && $0.interval != nil })
      // That it was allowed stands wherever its figures stand.
      let report = try String(contentsOfFile: "\(folder)/run/report.html", encoding: .utf8)
      #expect(report.contains("its scores are not those on new images"), "\(report.prefix(4000))")
      let card = try String(contentsOfFile: "\(folder)/pair/README.md", encoding: .utf8)
      for text in [card] + manifest.limitations.filter({ $0.contains("have seen cases") }) {
        #expect(text.contains("Its starting weights have seen cases it was tested on"), "\(text)")
      }
      #expect(manifest.limitations.contains { $0.contains("that this study tests") })
      try scene.succeed("bundle", "verify", "\(folder)/pair")
      let why = try scene.succeed(
        "explain", "\(folder)/pair", "--image", "\(folder)/pair/golden/case1.png", "--text",
        "Large effusion.", "--output", "\(folder)/why", "--nodes", "4")
      #expect(why.output.contains("explanation.html"))
    }
  }

  @Test("Mistakes on the command line are told with what to do")
  func mistakes() throws {
    try withTemporaryFolder { folder in
      let scene = try BundleScene(folder)
      func error(_ arguments: String...) throws -> String { try scene.run(arguments).error }
      #expect(
        try error("bundle", "create", "\(folder)/model").contains(
          "the options --name NAME@VERSION, --licence SPDX, --output DIR are missing"))
      // Data and weights of a user's own: both terms are asked for at once.
      let study = try String(contentsOfFile: "\(folder)/study.json", encoding: .utf8)
        .replacing(" \"synthetic\": true,", with: "")
        .replacing("\"dimension\": 16,", with: "")
        .replacing(
          "\"encoder\": \"word2vec\",",
          with: "\"encoder\": \"word2vec\", \"vectors\": \"\(folder)/v.txt\",")
      try AtomicFile.write(study, to: "\(folder)/own.json")
      try AtomicFile.write("the 1 0\nclear 0 1\n", to: "\(folder)/v.txt")
      // Without it the folder is no phantom sample, whose data are nobody's.
      try FileManager.default.removeItem(atPath: "\(folder)/sample/README.txt")
      try scene.succeed("train", "\(folder)/own.json", "--output", "\(folder)/own")
      let terms = try error(
        "bundle", "create", "\(folder)/own", "--name", "own@1.0.0", "--licence", "MIT", "--output",
        "\(folder)/y")
      for part in [
        "the terms of the data are not known", "the terms of what it started from are not known",
        "--data-terms", "--origin-terms",
      ] { #expect(terms.contains(part), "\(terms)") }
      let create = ["bundle", "create", "\(folder)/model", "--output", "\(folder)/x", "--licence"]
      #expect(
        try scene.run(create + ["CC0-1.0", "--name", "words"]).error.contains(
          "expected NAME@VERSION"))
      #expect(
        try scene.run(create + ["", "--name", "words@1.0.0"]).error.contains("SPDX identifier"))
      #expect(
        try error(
          "bundle", "create", "\(folder)/sample", "--name", "a-b@1.0.0", "--licence", "MIT",
          "--output", "x"
        )
        .contains("holds no finished model"))
      #expect(try error("bundle", "search").contains("no catalogue is trusted yet"))
      #expect(
        try error("bundle", "install", "words", "--from", "http://192.0.2.1/").contains(
          "is plain http; expected https"))
      #expect(
        try error("bundle", "verify", "phantom-wrds").contains("did you mean \"phantom-words\"?"))
      #expect(
        try error("bundle", "keygen", "--output", "\(folder)/k").contains("no terminal to ask at"))
    }
  }
}
