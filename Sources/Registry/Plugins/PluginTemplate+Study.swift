/// The study of a new plugin: what it brings beside something of the program's own.
extension PluginTemplate {
  var study: String {
    let images = (kind == .image ? [Self.imageBranch] : []) + [Self.resnetBranch]
    let texts = (kind == .text ? [Self.textBranch] : []) + [Self.word2vecBranch]
    let other =
      switch kind {
      case .image: "a small ResNet"
      case .text: "word2vec"
      case .fusion: "plain concatenation"
      }
    let head = kind == .fusion ? "[\"concat\", \"{{ENTRY}}\"]" : "\"concat\""
    return """
      {
        "schema": 1, "name": "{{NAME}} beside \(other)", "seed": 1,
        "data": {
          "format": "csv", "path": "sample/cases.csv", "synthetic": true,
          "columns": {
            "id": "id", "image": "image", "text": "text", "label": "label", "patient": "patient"
          },
          "labels": ["normal", "abnormal"]
        },
        "folds": {"kind": "k-fold", "count": 3, "validation": 0.15},
        "image": [
      \(images.joined(separator: ",\n"))
        ],
        "text": [
      \(texts.joined(separator: ",\n"))
        ],
        "fusion": {"head": \(head), "hidden": 0, "training": {"epochs": 5}}
      }

      """
  }

  private static let resnetBranch = """
        {
          "name": "resnet", "encoder": "resnet18", "size": 64, "channels": 1,
          "options": {"width": 16},
          "training": {"epochs": 12, "batchSize": 16, "learningRate": 0.002}
        }
    """

  private static let word2vecBranch = """
        {
          "name": "word2vec", "encoder": "word2vec",
          "options": {"dimension": 50, "epochs": 10, "filters": 50},
          "training": {"epochs": 12, "batchSize": 32}
        }
    """
}
