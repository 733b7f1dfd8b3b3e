import Basics
import Foundation

extension BundleManifest {
  /// The bytes of `bundle.json`: the same for the same manifest.
  package var data: Data { Data((json.text() + "\n").utf8) }

  private var json: JSONValue {
    [
      "schema": 1, "id": JSONValue(.string(id)), "version": JSONValue(.string("\(version)")),
      "created": JSONValue(.string("\(created)")), "summary": JSONValue(.string(summary)),
      "program": JSONValue(.string(program)),
      "plugins": JSONValue(
        .array(
          plugins.map { ["id": JSONValue(.string($0.id)), "kit": JSONValue(.integer($0.kit))] })),
      "architecture": architecture.json, "preprocessing": preprocessing.json,
      "input": JSONValue(.array(inputs.map { JSONValue(.string($0)) })), "output": output.json,
      "training": training.json, "metrics": JSONValue(.array(metrics.map(\.json))),
      "intendedUse": JSONValue(.string(intendedUse)),
      "limitations": JSONValue(.array(limitations.map { JSONValue(.string($0)) })),
      "licences": licences.json, "files": JSONValue(.array(files.map(\.json))),
    ]
  }
}
