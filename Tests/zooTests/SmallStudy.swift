import Foundation
import Testing

/// A study that is small enough to be run in a test.
enum SmallStudy {
  /// How small specifications begin: over the sample beside them, in two folds.
  static let beginning = """
    {"schema": 1, "name": "small", "seed": 3,
     "data": {"format": "csv", "path": "sample/cases.csv", "synthetic": true,
       "columns": {"id": "id", "image": "image", "text": "text", "label": "label",
         "patient": "patient"},
       "labels": ["normal", "abnormal"]},
     "folds": {"kind": "k-fold", "count": 2, "validation": 0.2},
    """

  /// The text of a study that may start from weights that have seen cases that it tests.
  static func allowingSeen(_ path: String) throws -> String {
    try String(contentsOfFile: path, encoding: .utf8).replacing(
      "\"synthetic\": true,", with: "\"synthetic\": true, \"allowSeen\": true,")
  }

  /// Writes a sample of 60 synthetic cases and a specification over it; the path of that.
  static func prepare(_ folder: String, image: Bool = true) throws -> String {
    let made = try ProgramRunner.run([
      "data", "sample", "--output", "\(folder)/sample", "--count", "60", "--size", "64",
    ])
    #expect(made.status == 0, "\(made.error)")
    let encoder = """
      "image": {"name": "net", "encoder": "densenet121", "size": 32,
        "options": {"growthRate": 4, "blocks": [1, 2], "initialFeatures": 8, "stemKernel": 3},
        "augmentation": {"rotation": 5, "horizontalFlip": 0.5},
        "training": {"epochs": 2, "batchSize": 8, "average": 0.9}},
      """
    let specification = """
      \(beginning)
       \(image ? encoder : "")
       "text": {"name": "words", "encoder": "word2vec",
         "options": {"dimension": 16, "epochs": 2, "filters": 8, "wordDropout": 0.1},
         "training": {"epochs": 2, "batchSize": 8}},
       "fusion": {"hidden": 16, "views": 2, "training": {"epochs": 2},
         "fineTuning": {"epochs": 1}}}
      """
    try specification.write(toFile: "\(folder)/study.json", atomically: true, encoding: .utf8)
    return "\(folder)/study.json"
  }
}
