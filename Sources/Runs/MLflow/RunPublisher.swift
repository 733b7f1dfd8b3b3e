import Basics
import Downloads
import Foundation

/// Sends a run to a server of MLflow's.
package struct RunPublisher {
  /// What was sent.
  package struct Summary: Sendable, Equatable {
    /// The name of the experiment.
    package var experiment = ""
    /// Combinations and splits that were sent, and those that the server had.
    package var sent = 0
    package var known = 0
    /// Runs of an earlier, broken try that were put into the server's bin.
    package var replaced = 0
    /// Numbers sent.
    package var values = 0
    package var files = 0
    package var bytes = 0
    /// Files that could not be sent, since the server keeps them elsewhere.
    package var filesLeftOut = 0
    /// What a person should know, a sentence each.
    package var notes: [String] = []
  }

  private let server: MLflowServer
  private let study: TrackedStudy
  private let experiment: String
  private var summary = Summary()

  /// - Parameters:
  ///   - folder: of a finished run.
  ///   - service: the server's.
  ///   - experiment: its name; nil takes the study's.
  ///   - settings: of combinations, by their names; those without have no parameters.
  ///   - withModels: whether models are sent.
  /// - Throws: `ZooError` for a run that is not finished, or can't be read.
  package init(
    _ folder: String, to service: WebService, experiment: String?, settings: [String: JSONValue],
    withModels: Bool
  ) throws {
    study = try TrackedStudy(folder, settings: settings, withModels: withModels)
    server = MLflowServer(service)
    self.experiment = experiment ?? study.title
    summary.experiment = self.experiment
    if !study.renamed.isEmpty {
      let names = study.renamed.prefix(3).map { "\"\($0.0)\" as \"\($0.1)\"" }
      summary.notes.append(
        "\(study.renamed.count) metrics have other names there, since MLflow takes letters, digits and _ - . : / alone: "
          + names.joined(separator: ", ") + (study.renamed.count > 3 ? ", …" : ""))
    }
    if study.cut > 0 {
      summary.notes.append("\(study.cut) settings are longer than MLflow takes and were cut")
    }
    let bare = study.runs.filter { $0.parameters.isEmpty }.count
    if bare > 0 {
      summary.notes.append("\(bare) of \(study.runs.count) combinations are without settings there")
    }
  }

  /// Bytes of all files.
  package var size: Int {
    study.runs.flatMap { [$0] + $0.children }.flatMap(\.files).reduce(0) { sum, file in
      var status = stat()
      return sum + (stat(file.path, &status) == 0 ? Int(status.st_size) : 0)
    }
  }

  /// Combinations, and splits of them.
  package var count: Int { study.runs.reduce(0) { $0 + 1 + $1.children.count } }

  /// Sends what the server does not have.
  ///
  /// A run counts as finished there only when all of it has arrived. What a broken try left is replaced, so the command
  /// may be given again.
  ///
  /// - Parameter advance: is told of runs that are done, by their number.
  /// - Throws: `ZooError` of code `.download` with what the server says, or `Interrupted`.
  /// - Returns: what was sent, and what a person must know of it.
  package mutating func send(_ advance: (Int) -> Void) throws -> Summary {
    let place = try server.experiment(experiment)
    let known = try server.runs(in: place, tag: TrackedStudy.studyTag, value: study.digest)
    // A run without its models or settings makes room for one with them.
    let isWhole = known.map { run in
      let content = run.tags[TrackedStudy.contentTag] ?? ""
      return run.isFinished
        && study.content.isSubset(of: content.split(separator: " ").map(String.init))
    }
    var there: [String: String] = [:]
    for (run, isWhole) in zip(known, isWhole) {
      let key = run.tags[TrackedStudy.keyTag] ?? ""
      if isWhole, there[key] == nil {
        there[key] = run.id
      } else {
        try server.delete(run.id)
        summary.replaced += 1
      }
    }
    for run in study.runs {
      // A parent is finished last: where it is, all of it is there.
      if there[run.key] != nil {
        summary.known += 1 + run.children.count
        advance(1 + run.children.count)
        continue
      }
      let parent = try server.begin(run, in: place, parent: nil)
      for child in run.children {
        // The children of a broken try hang below a parent that is gone.
        if let old = there[child.key] {
          try server.delete(old)
          summary.replaced += 1
        }
        let begun = try server.begin(child, in: place, parent: parent.id)
        try fill(child, begun)
        advance(1)
      }
      try fill(run, parent)
      advance(1)
    }
    if summary.filesLeftOut > 0 {
      summary.notes.append(
        "\(summary.filesLeftOut) files were not sent: the experiment keeps its files where the server does not take them"
          + " for others; send the run to another --experiment of a server with --serve-artifacts")
    }
    return summary
  }

  private mutating func fill(_ run: TrackedRun, _ begun: MLflowServer.Begun) throws {
    try server.log(run, to: begun.id)
    summary.values += run.metrics.count
    for file in run.files {
      guard try server.send(file, of: begun) else {
        summary.filesLeftOut += 1
        continue
      }
      var status = stat()
      if stat(file.path, &status) == 0 { summary.bytes += Int(status.st_size) }
      summary.files += 1
    }
    try server.finish(begun.id, at: run.ended)
    summary.sent += 1
  }
}
