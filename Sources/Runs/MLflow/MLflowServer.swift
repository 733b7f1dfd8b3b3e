import Basics
import Downloads
import Foundation

/// A server of MLflow's, by its REST interface, version 2.0 (https://mlflow.org/docs/latest/rest-api.html).
final class MLflowServer {
  private let service: WebService
  private static let folder = "/api/2.0/mlflow"

  /// A run that the server has.
  struct Known {
    let id: String
    let isFinished: Bool
    let tags: [String: String]
  }

  /// A run that was begun, and where its files go.
  struct Begun {
    let id: String
    let artifacts: String
  }

  init(_ service: WebService) { self.service = service }

  /// The experiment of a name, which is made where the server has none.
  ///
  /// - Throws: `ZooError` of code `.download` with what the server says.
  func experiment(_ name: String) throws -> String {
    let query = "/experiments/get-by-name?experiment_name=\(Self.escaped(name))"
    let answer = try service.send("GET", Self.folder + query)
    if answer.status != 404 {
      let found = try Self.member("experiment", of: try value(answer, query)).object()
      let stage = try? Self.text("lifecycle_stage", of: found)
      guard stage != "deleted" else {
        throw ZooError(
          .conflict, "the experiment \"\(name)\" is in the server's bin",
          at: Place(path: service.address),
          advice: "restore it there, or give another --experiment")
      }
      return try Self.text("experiment_id", of: found)
    }
    let made = try call("experiments/create", ["name": name.json], isRepeatable: false)
    return try Self.text("experiment_id", of: made.object())
  }

  /// The runs of an experiment that bear a tag.
  ///
  /// - Throws: `ZooError` of code `.download`.
  func runs(in experiment: String, tag: String, value: String) throws -> [Known] {
    var (found, token): ([Known], String?) = ([], nil)
    repeat {
      var answer = try call(
        "runs/search",
        [
          "experiment_ids": [experiment.json], "filter": "tags.`\(tag)` = '\(value)'".json,
          "run_view_type": "ACTIVE_ONLY", "max_results": 1000, "page_token": token.json,
        ]
      ).object()
      for run in try answer.value("runs")?.array() ?? [] {
        let info = try Self.member("info", of: run).object()
        let data = try Self.member("data", of: run).object().members
        let tags = try data.first { $0.key == "tags" }?.value.array() ?? []
        found.append(
          Known(
            id: try Self.text("run_id", of: info),
            isFinished: try Self.text("status", of: info) == "FINISHED",
            tags: Dictionary(
              try tags.map { tag in
                let pair = try tag.object()
                return (try Self.text("key", of: pair), try Self.text("value", of: pair))
              }, uniquingKeysWith: { first, _ in first })))
      }
      token = try answer.value("next_page_token")?.string()
    } while token?.isEmpty == false
    return found
  }

  /// Begins a run with its tags.
  ///
  /// - Throws: `ZooError` of code `.download`.
  func begin(_ run: TrackedRun, in experiment: String, parent: String?) throws -> Begun {
    let tags = run.tags + (parent.map { [("mlflow.parentRunId", $0)] } ?? [])
    let answer = try call(
      "runs/create",
      [
        "experiment_id": experiment.json, "run_name": run.name.json,
        "start_time": run.begun.json, "tags": Self.pairs(tags),
      ], isRepeatable: false)
    let info = try Self.member("info", of: Self.member("run", of: answer)).object()
    return Begun(
      id: try Self.text("run_id", of: info), artifacts: try Self.text("artifact_uri", of: info))
  }

  /// Sends settings and numbers.
  ///
  /// - Throws: `ZooError` of code `.download`.
  func log(_ run: TrackedRun, to id: String) throws {
    for part in run.parameters.split(inParts: 100) {
      _ = try call("runs/log-batch", ["run_id": id.json, "params": Self.pairs(part)])
    }
    for part in run.metrics.split(inParts: 900) {
      let metrics = part.map { metric -> JSONValue in
        [
          "key": metric.name.json, "value": metric.value.json, "timestamp": run.ended.json,
          "step": metric.step.json,
        ]
      }
      _ = try call("runs/log-batch", ["run_id": id.json, "metrics": metrics.json])
    }
  }

  /// Sends a file of a run's; false where the server does not take files for the place it names.
  ///
  /// - Throws: `ZooError` of code `.download`, or `.system` for a file that can't be read.
  func send(_ file: TrackedRun.File, of run: Begun) throws -> Bool {
    guard let path = Self.folder(of: run.artifacts) else { return false }
    let names = (path + "/" + file.name).split(separator: "/").map { Self.escaped(String($0)) }
    let target = "/api/2.0/mlflow-artifacts/artifacts/" + names.joined(separator: "/")
    let answer = try service.put(file: file.path, target)
    guard answer.isGood else { throw refusal(answer, target) }
    return true
  }

  /// Ends a run as finished.
  ///
  /// - Throws: `ZooError` of code `.download`.
  func finish(_ id: String, at time: Int) throws {
    _ = try call(
      "runs/update", ["run_id": id.json, "status": "FINISHED", "end_time": time.json])
  }

  /// Moves a run into the server's bin.
  ///
  /// - Throws: `ZooError` of code `.download`.
  func delete(_ id: String) throws { _ = try call("runs/delete", ["run_id": id.json]) }

  /// `mlflow-artifacts:/1/ID/artifacts`, or with a host, is what the server keeps itself.
  private static func folder(of uri: String) -> String? {
    let scheme = "mlflow-artifacts:"
    guard uri.hasPrefix(scheme) else { return nil }
    var rest = uri.dropFirst(scheme.count)
    if rest.hasPrefix("//") { rest = rest.dropFirst(2).drop { $0 != "/" } }
    return String(rest.drop { $0 == "/" })
  }

  private func call(_ method: String, _ content: JSONValue, isRepeatable: Bool = true) throws
    -> JSONValue
  {
    let path = "\(Self.folder)/\(method)"
    let answer = try service.send("POST", path, content, isRepeatable: isRepeatable)
    return try value(answer, path)
  }

  private func value(_ answer: WebService.Answer, _ path: String) throws -> JSONValue {
    guard answer.isGood else { throw refusal(answer, path) }
    return try JSONValue.parse(answer.data, path: service.address + path)
  }

  /// What the server says, and what a person can do.
  private func refusal(_ answer: WebService.Answer, _ path: String) -> ZooError {
    let said = (try? JSONValue.parse(answer.data)).flatMap { value in
      try? Self.text("message", of: value.object())
    }
    let advice: String =
      switch answer.status {
      case 401, 403:
        "The server wants credentials: MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and"
          + " MLFLOW_TRACKING_PASSWORD in the environment."
      case 404: "Is this the address of an MLflow server?"
      case 300..<400: "Give the address that the server leads to."
      default: "Look at the server's log."
      }
    return ZooError(
      .download,
      "the server answered \(answer.status)" + (said.map { ": \($0.prefix(400))" } ?? ""),
      at: Place(path: service.address + path), advice: advice)
  }

  private static func pairs(_ pairs: [(String, String)]) -> JSONValue {
    pairs.map { ["key": $0.0.json, "value": $0.1.json] as JSONValue }.json
  }

  private static func member(_ key: String, of value: JSONValue) throws -> JSONValue {
    guard let found = try value.object().members.first(where: { $0.key == key })?.value else {
      throw ZooError(.badFormat, "has no \"\(key)\"; expected MLflow's answer", at: value.place)
    }
    return found
  }

  private static func text(_ key: String, of object: JSONObject) throws -> String {
    guard let found = object.members.first(where: { $0.key == key })?.value else {
      throw ZooError(.badFormat, "no \"\(key)\"; expected MLflow's answer")
    }
    return try found.string()
  }

  /// For the part of a path or a query (RFC 3986).
  private static func escaped(_ text: String) -> String {
    let plain = CharacterSet(
      charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
    return text.addingPercentEncoding(withAllowedCharacters: plain) ?? text
  }
}

extension Array {
  /// Parts of so many elements; the last may have fewer.
  fileprivate func split(inParts count: Int) -> [[Element]] {
    stride(from: 0, to: self.count, by: count).map {
      Array(self[$0..<Swift.min($0 + count, self.count)])
    }
  }
}
