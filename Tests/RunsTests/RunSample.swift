import Foundation

/// A run's folder as a comparison leaves it, written by hand.
struct RunSample {
  var name = "First"
  var encoder = "densenet121"
  var rate = 0.001
  var cases = "id,image\n1,abc\n"
  var folds = "split,subset,id\nr1f1,test,1\n"
  var metric = "accuracy"
  /// The metric on validation and test of each combination by split.
  var accuracies: [(String, [Double])] = [("net", [0.9, 0.8, 0.7]), ("words", [0.8, 0.7, 0.6])]

  func write(to folder: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let study = """
      {"schema": 2, "name": "\(name)", "metric": "\(metric)", "data": {"format": "csv", "path": "cases.csv"},
       "image": [{"name": "net", "encoder": "\(encoder)", "training": {"learningRate": \(rate)}}],
       "text": {"encoder": "word2vec"}, "fusion": {"head": ["concat", "gated"]}}
      """
    var rows = "combination,split,subset,metric,value\n"
    var timings = "combination,split,seconds\n"
    for (name, values) in accuracies {
      for (index, value) in values.enumerated() {
        for subset in ["validation", "test"] {
          rows += "\(name),r1f\(index + 1),\(subset),\(metric),\(value)\n"
        }
        timings += "\(name),r1f\(index + 1),10.0\n"
      }
    }
    let splits = (accuracies.first?.1 ?? []).indices.map {
      "{\"name\": \"r1f\($0 + 1)\", \"cases\": [60, 10, 30]}"
    }
    let note = """
      {"schema": 1, "name": "cases", "description": "", "terms": "", "synthetic": true, "folds": "",
       "seed": 1, "splits": [\(splits.joined(separator: ", "))], "collections": []}
      """
    for (file, text) in [
      ("study.json", study), ("results.csv", rows), ("timings.csv", timings), ("folds.csv", folds),
      ("data-digest.csv", cases), ("data.json", note),
    ] {
      try text.write(toFile: "\(folder)/\(file)", atomically: true, encoding: .utf8)
    }
  }
}
