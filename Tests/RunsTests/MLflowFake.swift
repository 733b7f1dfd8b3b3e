import Basics
import Foundation
import Synchronization
import TestSupport

/// As much of an MLflow server as `zoo runs mlflow` speaks to, kept in memory.
final class MLflowFake: Sendable {
  struct Run: Sendable {
    var name = ""
    var status = "RUNNING"
    var isDeleted = false
    var tags: [String: String] = [:]
    var parameters: [String: String] = [:]
    /// Name, step and value.
    var metrics: [String] = []
    var files: [String: Int] = [:]
  }

  struct State: Sendable {
    var experiments: [String] = []
    var runs: [Run] = []
    /// Requests after which the server answers 500; nil for never.
    var failsAfter: Int?
    var count = 0
    /// What the server says of where files go.
    var artifacts = "mlflow-artifacts:/"
    var wantsToken = false
  }

  let state = Mutex(State())

  /// Runs that are there, by their names.
  var runs: [String: Run] {
    state.withLock { state in
      Dictionary(
        state.runs.filter { !$0.isDeleted }.map { ($0.name, $0) },
        uniquingKeysWith: { first, _ in first })
    }
  }

  /// How many runs are there.
  var count: Int { state.withLock { state in state.runs.count { !$0.isDeleted } } }

  func answer(_ request: TestServer.Request, _ connection: Connection) {
    let (status, text) = state.withLock { state -> (String, String) in
      state.count += 1
      if let limit = state.failsAfter, state.count > limit {
        return (
          "500 Internal Server Error",
          #"{"error_code": "INTERNAL_ERROR", "message": "the disk is full"}"#
        )
      }
      if state.wantsToken, request.fields["authorization"] != "Bearer secret" {
        return ("401 Unauthorized", "no")
      }
      return (try? Self.answer(request, &state)) ?? ("400 Bad Request", #"{"message": "bad"}"#)
    }
    connection.head(
      status, [("Content-Type", "application/json"), ("Content-Length", "\(text.utf8.count)")])
    connection.send(text)
  }

  private static func answer(_ request: TestServer.Request, _ state: inout State) throws -> (
    String, String
  ) {
    let files = "/api/2.0/mlflow-artifacts/artifacts/"
    if request.method == "PUT", request.path.hasPrefix(files) {
      let parts = request.path.dropFirst(files.count).split(separator: "/", maxSplits: 2)
      guard let index = Int(parts[1]) else { return ("404 Not Found", "{}") }
      state.runs[index].files[
        (parts[2].removingPercentEncoding ?? "").replacing(
          "artifacts/", with: "", maxReplacements: 1)] = request.body.count
      return ("200 OK", "{}")
    }
    let path = request.path.replacing("/api/2.0/mlflow/", with: "")
    if path.hasPrefix("experiments/get-by-name") {
      let name =
        path.split(separator: "=").last.flatMap { String($0).removingPercentEncoding } ?? ""
      guard let index = state.experiments.firstIndex(of: name) else {
        return ("404 Not Found", #"{"error_code": "RESOURCE_DOES_NOT_EXIST"}"#)
      }
      return ("200 OK", #"{"experiment": {"experiment_id": "\#(index)"}}"#)
    }
    var body = try JSONValue.parse(Data(request.body)).object()
    switch path {
    case "experiments/create":
      state.experiments.append(try body.string("name"))
      return ("200 OK", #"{"experiment_id": "\#(state.experiments.count - 1)"}"#)
    case "runs/search":
      let wanted = try body.string("filter").split(separator: "'")[1]
      // One a page, so that pages are asked for.
      let token = try body.optionalString("page_token").flatMap { Int($0) } ?? 0
      let found = state.runs.indices.filter { index in
        !state.runs[index].isDeleted && state.runs[index].tags.values.contains(String(wanted))
      }
      guard token < found.count else { return ("200 OK", "{}") }
      let run = state.runs[found[token]]
      let tags = run.tags.map { ["key": $0.key.json, "value": $0.value.json] as JSONValue }
      let answer: JSONValue = [
        "runs": [
          [
            "info": ["run_id": "\(found[token])".json, "status": run.status.json],
            "data": ["tags": tags.json],
          ]
        ], "next_page_token": (token + 1 < found.count ? "\(token + 1)" : nil as String?).json,
      ]
      return ("200 OK", answer.text())
    case "runs/create":
      var run = Run(name: try body.string("run_name"))
      for tag in try body.required("tags").array() {
        var pair = try tag.object()
        run.tags[try pair.string("key")] = try pair.string("value")
      }
      state.runs.append(run)
      let id = state.runs.count - 1
      return (
        "200 OK",
        #"{"run": {"info": {"run_id": "\#(id)", "artifact_uri": "\#(state.artifacts)0/\#(id)/artifacts"}}}"#
      )
    case "runs/log-batch":
      guard let id = Int(try body.string("run_id")) else { return ("404 Not Found", "{}") }
      for metric in try body.value("metrics")?.array() ?? [] {
        var one = try metric.object()
        let (name, step) = (try one.string("key"), try one.required("step").integer())
        state.runs[id].metrics.append("\(name) \(step) \(try one.required("value").number())")
      }
      for parameter in try body.value("params")?.array() ?? [] {
        var one = try parameter.object()
        state.runs[id].parameters[try one.string("key")] = try one.string("value")
      }
      return ("200 OK", "{}")
    case "runs/update":
      guard let id = Int(try body.string("run_id")) else { return ("404 Not Found", "{}") }
      state.runs[id].status = try body.string("status")
      return ("200 OK", "{}")
    case "runs/delete":
      guard let id = Int(try body.string("run_id")) else { return ("404 Not Found", "{}") }
      state.runs[id].isDeleted = true
      return ("200 OK", "{}")
    default: return ("404 Not Found", "{}")
    }
  }
}
