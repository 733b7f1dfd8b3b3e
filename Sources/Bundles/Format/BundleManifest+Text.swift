import Basics
import Foundation

extension BundleManifest {
  /// The bytes of `bundle.json`: the same for the same manifest.
  package var data: Data { Data((json.text() + "\n").utf8) }

  private var json: JSONValue {
    [
      "schema": 1, "id": id.json, "version": "\(version)".json,
      "created": "\(created)".json, "summary": summary.json, "program": program.json,
      "plugins": JSONValue(
        .array(
          plugins.map { ["id": $0.id.json, "kit": $0.kit.json] })),
      "architecture": architecture.json, "preprocessing": preprocessing.json,
      "input": inputs.json, "output": output.json,
      "training": training.json, "metrics": metrics.map(\.json).json,
      "intendedUse": intendedUse.json, "limitations": limitations.json,
      "licences": licences.json, "files": files.map(\.json).json,
    ]
  }
}
