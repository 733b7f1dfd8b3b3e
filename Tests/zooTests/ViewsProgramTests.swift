import Basics
import Foundation
import Images
import TestSupport
import Testing

@Suite(
  "The program and several pictures a case", .serialized,
  .enabled(if: ProgramRunner.program != nil, "the program was not built beside the tests"))
struct ViewsProgramTests {
  private static let data = """
    "format": "csv", "synthetic": true, "labels": ["normal", "abnormal"],
    "columns": {"id": "id", "image": "image", "view": "view", "text": "text", "label": "label",
      "patient": "patient"},
    "views": ["frontal", "lateral"]
    """
  private static let net = """
    "name": "net", "encoder": "densenet121", "size": 32,
    "options": {"growthRate": 4, "blocks": [1, 2], "initialFeatures": 8, "stemKernel": 3},
    "training": {"epochs": 1, "batchSize": 8}
    """
  private static let attention = #""views": {"join": "attention", "encoders": "each"}"#

  /// Writes a study over a sample of two views; `image` is added to its branch, `more` to the study.
  private func study(_ folder: String, image: String = attention, more: String = "") throws
    -> String
  {
    if !FileManager.default.fileExists(atPath: "\(folder)/sample") {
      try ProgramRunner.succeed([
        "data", "sample", "--views", "2", "--count", "40", "--size", "64", "--seed", "3",
        "--output", "\(folder)/sample",
      ])
    }
    let path = "\(folder)/study.json"
    try """
    {"schema": 2, "name": "two views", "seed": 3,
     "data": {"path": "sample/cases.csv", \(Self.data)},
     "folds": {"kind": "k-fold", "count": 2, "validation": 0.2},
     "image": {\(Self.net), \(image)}\(more)}
    """.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  private func text(_ path: String) throws -> String {
    try String(contentsOfFile: path, encoding: .utf8)
  }

  /// The pictures of a case for `predict`.
  private func pictures(_ folder: String, _ id: String) -> [String] {
    ["frontal", "lateral"].flatMap {
      ["--image", "\(folder)/sample/images/\(id)-\($0).png", "--view", $0]
    }
  }

  @Test(
    "Models of two views are evaluated elsewhere, detect per view, and go into bundles that predict the same"
  )
  func models() throws {
    try withTemporaryFolder { folder in
      try ProgramRunner.succeed([
        "data", "sample", "--views", "2", "--site", "B", "--count", "40", "--size", "64",
        "--output", "\(folder)/north",
      ])
      let study = try study(
        folder,
        more: """
          , "external": [{"name": "north", "data": {"path": "north/cases.csv", \(Self.data)}}]
          """)
      let run = "\(folder)/run"
      let compared = try ProgramRunner.succeed(["compare", study, "--output", run, "--quiet"])
      #expect(compared.contains("net on north: AUROC internal"))
      #expect(compared.contains("net, frontal only") && compared.contains("net, lateral only"))
      try evaluates(folder, run)
      try detects(folder, run, study)
      try bundles(folder, "\(run)/cells/r1f1/net/model")
      try exports(folder, "\(run)/cells/r1f1/net/model")
      let start = try self.study(folder, image: #""weights": "\#(run)/cells/r1f1/net/model""#)
      try refused(
        ["compare", start, "--output", "\(folder)/other"],
        #"not built: starting from a model that joins several pictures of a case (its "views")"#)
    }
  }

  /// `zoo evaluate` gives each case what `predict` says of its pictures; the external set the same as `evaluate`.
  private func evaluates(_ folder: String, _ run: String) throws {
    let printed = try ProgramRunner.succeed([
      "evaluate", run, "--data", "\(folder)/north/cases.csv", "--output", "\(folder)/found",
      "--quiet",
    ])
    #expect(printed.contains("net on north") && printed.contains("40 cases"))
    func auroc(_ path: String) throws -> Double {
      var root = try JSONValue.parse(contentsOf: path).object()
      var result = try root.required("results").array()[0].object()
      var question = try result.required("questions").array()[0].object()
      var metrics = try question.required("metrics").object()
      var auroc = try metrics.required("auroc").object()
      return try auroc.required("value").number()
    }
    let row = try #require(
      try text("\(folder)/found/predictions.csv").split(separator: "\n").first {
        $0.contains(",B0001,")
      })
    let told = try ProgramRunner.succeed(
      ["predict", "\(run)/cells/r1f1/net/model", "--json"]
        + ["frontal", "lateral"].flatMap {
          ["--image", "\(folder)/north/images/B0001-\($0).png", "--view", $0]
        })
    var answer = try JSONValue.parse(Data(told.utf8), path: "answer").object()
    let logit = try answer.required("logit").number()
    #expect(abs((Double(row.split(separator: ",")[5]) ?? .nan) - logit) < 1e-4, "\(row)")
    let alone = try auroc("\(folder)/found/evaluation.json")
    #expect(try auroc("\(run)/external/north/r1f1/evaluation.json") == alone)
  }

  private func detects(_ folder: String, _ run: String, _ study: String) throws {
    let printed = try ProgramRunner.succeed([
      "detect", run, "--boxes", "\(folder)/sample/boxes.csv", "--study", study, "--nodes", "4",
      "--baseline", "black", "--resamples", "20", "--draws", "4", "--sensitivity", "0.5",
      "--output", "\(folder)/seen", "--quiet",
    ])
    let boxes = try text("\(folder)/sample/boxes.csv").split(separator: "\n").dropFirst()
    let named = Set(boxes.map { $0.prefix { $0 != "," } })
    // The pictures of each view are scored against their own boxes.
    #expect(printed.contains("\(named.count) images, \(boxes.count) lesions"), "\(printed)")
    #expect(named.contains { $0.contains("lateral") } && named.contains { $0.contains("frontal") })
    let rows = try text("\(folder)/seen/pictures.csv").split(separator: "\n").dropFirst().map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    #expect(
      Set(rows.filter { $0[7] == "true" }.map { "images/\($0[2])" }) == Set(named.map(String.init)))
    // A case of both views has all of the attention, one without a lateral picture less.
    let shares = Dictionary(grouping: rows) { $0[1] }.mapValues { $0.compactMap { Double($0[5]) } }
    for (id, own) in shares {
      let sum = own.reduce(0, +)
      #expect(own.count == 2 ? abs(sum - 1) < 1e-5 : sum > 0 && sum < 1, "\(id): \(own)")
    }
    let page = try text("\(folder)/seen/detection.html")
    #expect(
      page.contains("The pictures of a case") && page.contains("<th scope=\"row\">lateral</th>"))
  }

  private func bundles(_ folder: String, _ model: String) throws {
    let bundle = "\(folder)/bundle"
    try ProgramRunner.succeed([
      "bundle", "create", model, "--output", bundle, "--name", "views-net@1.0.0", "--licence",
      "Apache-2.0",
    ])
    #expect(
      try ProgramRunner.succeed(["bundle", "verify", bundle]).contains("largest difference 0"))
    for given in [pictures(folder, "0001"), Array(pictures(folder, "0001").suffix(4))] {
      let told = try ProgramRunner.succeed(["predict", bundle] + given + ["--json"])
      #expect(try told == ProgramRunner.succeed(["predict", model] + given + ["--json"]))
      #expect(told.contains("logit"))
    }
    let lateral = try ProgramRunner.run(
      ["predict", bundle, "--image", "\(folder)/sample/images/0001-lateral.png"])
    #expect(lateral.status != 0 && lateral.error.contains("nothing tells which one"))
    let card = try text("\(bundle)/README.md")
    #expect(
      card.contains("zoo predict . --image FILE --view frontal --image FILE --view lateral\n"))
    #expect(card.contains("views frontal, lateral, an encoder for each, joined by attention;"))
    #expect(!card.contains("zoo export . --onnx"))
  }

  private func exports(_ folder: String, _ model: String) throws {
    for option in ["--onnx", "--python"] {
      try refused(
        ["export", model, option, "\(folder)/written"],
        #"not built: writing a model that joins several pictures of a case ("views")"#)
    }
    #expect(!FileManager.default.fileExists(atPath: "\(folder)/written"))
  }

  private func refused(_ arguments: [String], _ message: String) throws {
    let done = try ProgramRunner.run(arguments + (arguments[0] == "export" ? [] : ["--quiet"]))
    #expect(done.status != 0 && done.error.contains(message), "\(arguments): \(done.error)")
  }

  @Test(
    "What is not built over several pictures a case is refused by its key, before anything is written"
  )
  func notBuilt() throws {
    try withTemporaryFolder { folder in
      let words = """
        , "text": {"name": "words", "encoder": "word2vec",
          "options": {"dimension": 16, "epochs": 2, "filters": 8}, "training": {"epochs": 1}},
         "fusion": {"head": "attention", "hidden": 8, "views": 1}
        """
      let mean = #""views": {"join": "mean"}"#
      let wrong: [(command: String, image: String, more: String, message: String)] = [
        (
          "compare", #""members": 2"#, "",
          #"study.json:7: image: not built: "members" over several"#
        ),
        (
          "compare", mean, words,
          #"fusion: not built: the fusion head "attention" reads regions of one picture"#
        ),
        (
          "probe", Self.attention, "",
          #"image.views: not built: "join": "attention" in a probe"#
        ),
        (
          "pretrain", mean, "",
          #"image.views: not built: pre-training on several pictures a case ("view", "images", "views")"#
        ),
      ]
      for one in wrong {
        let path = try study(folder, image: one.image, more: one.more)
        try refused([one.command, path, "--output", "\(folder)/out"], one.message)
        #expect(!FileManager.default.fileExists(atPath: "\(folder)/out"), "\(one.command)")
      }
    }
  }

  @Test(
    "A tree of DICOM files and reports becomes a table of views, of which a study makes cases",
    .enabled(if: ProgramRunner.hasDICOMWorker, "zoo-dicom is not built"))
  func imported() throws {
    try withTemporaryFolder { folder in
      try ProgramRunner.succeed([
        "data", "sample", "--views", "2", "--count", "40", "--size", "64", "--seed", "3",
        "--output", "\(folder)/sample",
      ])
      let rows = try text("\(folder)/sample/cases.csv").split(separator: "\n").dropFirst()
      var reports = "accession,report,label\n"
      for row in rows {
        let id = String(row.prefix { $0 != "," })
        let view = row.contains("-frontal.png") ? "frontal" : "lateral"
        let image = try PixelImage.load(
          path: "\(folder)/sample/images/\(id)-\(view).png", channels: 1)
        var file = DICOMBuilder(
          rows: image.height, columns: image.width, samples: image.pixels.map { UInt16($0) * 16 },
          bits: 12)
        file.elements[0x0008_0018] = .text(
          "UI", "1.2.3.\(Int(id) ?? 0).\(view == "frontal" ? 1 : 2)")
        file.elements[0x0008_0050] = .text("SH", "ACC\(id)")
        file.elements[0x0010_0020] = .text("LO", String(row.split(separator: ",").last ?? ""))
        file.elements[0x0018_5101] = .text("CS", view == "frontal" ? "PA" : "LL")
        file.elements[0x0020_000d] = .text("UI", "1.2.3.\(Int(id) ?? 0)")
        try FileManager.default.createDirectory(
          atPath: "\(folder)/tree/\(id)", withIntermediateDirectories: true)
        try file.write(to: "\(folder)/tree/\(id)/\(view).dcm")
        if view == "frontal" {
          reports += "ACC\(id),Examination \(Int(id) ?? 0) of the chest.,"
          reports += row.contains(",abnormal,") ? "abnormal\n" : "normal\n"
        }
      }
      try reports.write(toFile: "\(folder)/reports.csv", atomically: true, encoding: .utf8)
      try ProgramRunner.succeed([
        "data", "import", "\(folder)/tree", "--reports", "\(folder)/reports.csv", "--text-column",
        "report", "--column", "label", "--output", "\(folder)/cases", "--quiet",
      ])
      let table = try text("\(folder)/cases/cases.csv").split(separator: "\n")
      #expect(
        table[0].hasPrefix("id,image,text,patient,study,view,") && table.count == rows.count + 1)
      #expect(Set(table.dropFirst().map { $0.split(separator: ",")[5] }) == ["PA", "LL"])
      // As docs/dicom.md says.
      try """
      {"schema": 2, "name": "imported", "seed": 3,
       "data": {"format": "csv", "path": "cases/cases.csv", "labels": ["normal", "abnormal"],
         "columns": {"id": "study", "image": "image", "view": "view", "text": "text",
           "label": "label", "patient": "patient"},
         "views": {"frontal": ["PA", "AP"], "lateral": ["LL", "RL", "LATERAL"]}},
       "folds": {"kind": "k-fold", "count": 2, "validation": 0.2},
       "image": {\(Self.net), \(Self.attention)}}
      """.write(toFile: "\(folder)/imported.json", atomically: true, encoding: .utf8)
      let run = try ProgramRunner.run([
        "compare", "\(folder)/imported.json", "--output", "\(folder)/run", "--quiet",
      ])
      let lateral = rows.count { $0.contains("-lateral.png") }
      #expect(run.status == 0, "\(run.error)")
      #expect(
        run.error.contains(
          "pictures by view: 40 frontal, \(lateral) lateral (\(40 - lateral) cases lack it)"),
        "\(run.error)")
      #expect(run.output.contains("net, lateral only"))
      let logits = try text("\(folder)/run/cells/r1f1/net/logits.csv").split(separator: "\n")
      let studies = Set(table.dropFirst().map { $0.split(separator: ",")[4] })
      #expect(studies.count == 40)
      #expect(logits.dropFirst().allSatisfy { line in studies.contains { line.contains($0) } })
    }
  }
}
