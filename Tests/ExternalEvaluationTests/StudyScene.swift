import Basics
import Datasets
import EncoderKit
import Evaluation
import Foundation
import Studies
import TestSupport
import Training

@testable import ExternalEvaluation

/// A comparison with external data, as its folder is when every cell is finished.
enum StudyScene {
  static let logits = [
    "r1f1": "test,t1,abnormal,1,2\ntest,t2,abnormal,0,-1\ntest,t3,abnormal,1,-1.5\n",
    "r1f2": "test,u1,abnormal,1,1\ntest,u2,abnormal,0,-1\ntest,u3,abnormal,0,-2\n",
  ]

  /// A comparison of one combination on two splits: the shipped model of words in both.
  static func run(
    _ folder: String,
    _ progress: ProgressReporter = ProgressReporter(mode: .quiet, write: { _ in })
  ) throws -> FinishedComparison {
    for (split, rows) in logits
    where !FileManager.default.fileExists(atPath: "\(folder)/run/cells/\(split)") {
      let cell = "\(folder)/run/cells/\(split)/words"
      try AtomicFile.makeFolder("\(cell)/model")
      for name in ["model.json", "model.safetensors", "vocabulary.txt"] {
        try FileManager.default.copyItem(
          atPath: packageFile("weights/phantom-words/\(name)"), toPath: "\(cell)/model/\(name)")
      }
      try AtomicFile.write("{}", to: "\(cell)/scores.json")
      try AtomicFile.write(
        "subset,id,label,target,logit\nvalidation,v1,abnormal,1,3\nvalidation,v2,abnormal,0,-1\n"
          + rows, to: "\(cell)/logits.csv")
    }
    try AtomicFile.write(
      "id,image,picture,text,label,patient\nt1,,,,l,p1\nt2,,,,l,p1\nu1,,,,l,p2\n",
      to: "\(folder)/run/data-digest.csv")
    return FinishedComparison(
      folder: "\(folder)/run", splits: ["r1f1", "r1f2"], combinations: ["words"], task: .binary,
      labels: ["normal", "abnormal"], rule: .youden, seed: 1, skipsBad: false,
      session: Session(
        registry: try ShippedModel.registry(), kernels: ReferenceKernels(), progress: progress))
  }

  /// A table whose every third label is wrong, or every one; in another hospital's words.
  static func table(_ path: String, turned: Bool = false, more: [[String]] = []) throws {
    var writer = CSVWriter(columns: ["id", "report", "finding", "patient", "sex"])
    for index in 0..<60 {
      let place = index % ShippedModel.words.count
      let isAbnormal = [1, 3].contains(place) != (turned || index % 3 == 0)
      writer.append([
        "c\(index)", ShippedModel.words[place] + " \(index)", isAbnormal ? "path." : "o. B.",
        "p\(index / 2)", index % 2 == 0 ? "F" : "M",
      ])
    }
    for row in more { writer.append(row) }
    try writer.write(to: path)
  }

  static func study(_ folder: String, _ external: String) throws -> StudySpecification {
    let text = """
      {"schema": 2, "name": "s",
       "data": {"format": "csv", "path": "own.csv", "columns": {"text": "t", "label": "l"},
         "labels": ["normal", "abnormal"]},
       "text": {"name": "words", "encoder": "word2vec"}, "external": [\(external)]}
      """
    return try StudySpecification(
      JSONValue.parse(Data(text.utf8), path: "study.json"), folder: folder,
      registry: ShippedModel.registry())
  }

  static let words = #", "labels": ["o. B.", "path."]"#

  static func item(_ labels: String = words) -> String {
    """
    {"name": "north", "groups": ["sex"]\(labels),
     "data": {"format": "csv", "path": "north.csv", "labels": ["o. B.", "path."],
       "columns": {"id": "id", "text": "report", "label": "finding", "patient": "patient"}}}
    """
  }
}
