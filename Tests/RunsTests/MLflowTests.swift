import Basics
import Downloads
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Runs

@Suite("Runs sent to MLflow")
struct MLflowTests {
  private static let policy: DownloadPolicy = {
    var policy = DownloadPolicy()
    policy.isOffline = false
    policy.retries = 1
    policy.backOff = 0
    policy.connectTimeout = 5
    return policy
  }()

  private func withRun(
    _ body: (String, MLflowFake, TestServer) throws -> Void
  ) throws {
    try withTemporaryFolder { folder in
      let run = "\(folder)/run"
      try RunSample().write(to: run)
      let epochs = """
        combination,split,epoch,subset,metric,value
        net,r1f1,1,validation,accuracy,0.5
        net,r1f1,2,validation,accuracy,0.6

        """
      try epochs.write(toFile: "\(run)/epochs.csv", atomically: true, encoding: .utf8)
      try AtomicFile.makeFolder("\(run)/cells/r1f1/net/model")
      try "weights".write(
        toFile: "\(run)/cells/r1f1/net/model/model.json", atomically: true, encoding: .utf8)
      let scores = """
        {"schema": 2, "combination": "net", "split": "r1f1", "parameters": 1, "seconds": 1,
         "results": [], "epochs": [], "tuning": {"chosen": 2, "own": {"training.learningRate": 0.1},
           "trials": [{"schema": 1, "number": 2,
             "settings": {"training.learningRate": 0.02}, "value": 0.5,
             "tieBreaker": 0.5, "rungs": {}, "seconds": 1}]}}
        """
      try scores.write(
        toFile: "\(run)/cells/r1f1/net/scores.json", atomically: true, encoding: .utf8)
      let fake = MLflowFake()
      let server = try TestServer(fake.answer)
      try body(run, fake, server)
    }
  }

  private func send(
    _ run: String, to server: TestServer, headers: [String] = [], withModels: Bool = true,
    settings: [String: JSONValue] = [:]
  ) throws -> RunPublisher.Summary {
    let service = try WebService(
      server.url(""), headers: headers, policy: Self.policy, checkInterruption: {})
    var publisher = try RunPublisher(
      run, to: service, experiment: nil, settings: settings, withModels: withModels)
    return try publisher.send { _ in }
  }

  @Test("A combination is a run, its splits are runs below it, with curves, scores and models")
  func sent() throws {
    try withRun { run, fake, server in
      let settings: JSONValue = ["image": ["training": ["learningRate": 0.001], "freeze": nil]]
      let summary = try send(run, to: server, settings: ["net": settings])
      #expect(summary.sent == 8)
      #expect(summary.experiment == "First")
      let runs = fake.runs
      #expect(fake.count == 8)
      let net = try #require(runs["net"])
      #expect(net.status == "FINISHED")
      #expect(net.parameters == ["image.training.learningRate": "0.001"])
      #expect(
        net.metrics.contains("test/accuracy mean 0 0.8000000000000002")
          || net.metrics.contains("test/accuracy mean 0 0.8"))
      #expect(Set(net.files.keys) == ["study.json", "results.csv", "epochs.csv", "folds.csv"])
      let split = try #require(runs["net r1f1"])
      #expect(split.tags["mlflow.parentRunId"] == "0")
      #expect(
        split.metrics.sorted() == [
          "test/accuracy 2 0.9", "validation/accuracy 1 0.5", "validation/accuracy 2 0.6",
          "validation/accuracy selected 2 0.9",
        ])
      #expect(split.parameters == ["split": "r1f1", "chosen.training.learningRate": "0.02"])
      #expect(split.files == ["model/model.json": 7])
      #expect(runs["words r1f3"]?.metrics.contains("test/accuracy 0 0.6") == true)
    }
  }

  @Test("What the server has is not sent again; other scores are another version")
  func again() throws {
    try withRun { run, fake, server in
      _ = try send(run, to: server)
      let summary = try send(run, to: server)
      #expect((summary.sent, summary.known) == (0, 8))
      #expect(fake.count == 8)
      var sample = RunSample()
      sample.accuracies[0].1 = [0.91, 0.8, 0.7]
      try sample.write(to: run)
      let other = try send(run, to: server)
      #expect(other.sent == 8)
      #expect(fake.count == 16)
    }
  }

  @Test(
    "A try that was broken anywhere is made good by the same command", arguments: [2, 5, 9, 14, 23])
  func broken(after count: Int) throws {
    try withRun { run, fake, server in
      fake.state.withLock { $0.failsAfter = count }
      let error = #expect(throws: ZooError.self) { _ = try send(run, to: server) }
      #expect(error?.message == "the server answered 500: the disk is full")
      fake.state.withLock { $0.failsAfter = nil }
      _ = try send(run, to: server)
      #expect(fake.count == 8)
      let all = fake.state.withLock { $0.runs.filter { !$0.isDeleted } }
      #expect(all.allSatisfy { $0.status == "FINISHED" })
      // Every child hangs below the one parent that is there.
      let parents = fake.state.withLock { state in
        state.runs.indices.filter {
          !state.runs[$0].isDeleted && state.runs[$0].tags["mlflow.parentRunId"] == nil
        }
      }
      let named = Set(all.compactMap { $0.tags["mlflow.parentRunId"] })
      #expect(named == Set(parents.map { "\($0)" }))
    }
  }

  @Test("A server that keeps files elsewhere gets everything else, and the files are counted")
  func elsewhere() throws {
    try withRun { run, fake, server in
      fake.state.withLock { $0.artifacts = "s3://bucket/" }
      let summary = try send(run, to: server)
      #expect(summary.files == 0)
      #expect(summary.filesLeftOut == 9)
      #expect(summary.notes.contains { $0.hasPrefix("9 files were not sent") })
      #expect(summary.sent == 8)
    }
  }

  @Test("Without models tables alone are sent")
  func withoutModels() throws {
    try withRun { run, fake, server in
      _ = try send(run, to: server, withModels: false)
      #expect(fake.runs["net r1f1"]?.files.isEmpty == true)
      // With them later, runs without make room.
      let whole = try send(run, to: server)
      #expect((whole.sent, whole.replaced) == (8, 8))
      #expect(fake.runs["net r1f1"]?.files.count == 1)
      #expect(fake.count == 8)
      // And without again nothing is lost.
      let less = try send(run, to: server, withModels: false)
      #expect((less.sent, less.known) == (0, 8))
    }
  }

  @Test("Credentials are sent, and asked for where they lack")
  func credentials() throws {
    try withRun { run, fake, server in
      fake.state.withLock { $0.wantsToken = true }
      let error = #expect(throws: ZooError.self) { _ = try send(run, to: server) }
      #expect(error?.advice?.contains("MLFLOW_TRACKING_TOKEN") == true)
      let summary = try send(run, to: server, headers: ["Authorization: Bearer secret"])
      #expect(summary.sent == 8)
    }
  }

  @Test("A redirect is not followed, so that credentials stay with the server that was named")
  func redirect() throws {
    try withRun { run, _, _ in
      let server = try TestServer { _, connection in
        connection.head(
          "302 Found", [("Location", "http://127.0.0.1:1/"), ("Content-Length", "0")])
      }
      let error = #expect(throws: ZooError.self) { _ = try send(run, to: server) }
      #expect(error?.message.hasPrefix("the server answered 302") == true)
      #expect(server.requests.count == 1)
    }
  }

  @Test("A run that is not finished is refused")
  func unfinished() throws {
    try withRun { run, _, server in
      try FileManager.default.removeItem(atPath: "\(run)/results.csv")
      #expect(throws: ZooError.self) { _ = try send(run, to: server) }
    }
  }

  @Test("Names become what MLflow takes, each another one")
  func names() {
    var names = MetricNames()
    names.add([
      "test/auroc of a/b", "test/auroc of a_b", "test, untuned/auroc", "test/auroc of (x)",
    ])
    #expect(names["test/auroc of a/b"] == "test/auroc of a_b")
    #expect(names["test/auroc of a_b"].hasPrefix("test/auroc of a_b "))
    #expect(names["test, untuned/auroc"] == "test untuned/auroc")
    #expect(names["test/auroc of (x)"] == "test/auroc of _x_")
    #expect(names.changed.count == 3)
  }
}
