import Basics
import Downloads
import Foundation
import Registry
import Runs
import Studies

extension ZooCommand {
  static let runsMLflow = Command(
    name: "mlflow", summary: "Send a finished run to an MLflow server.",
    discussion:
      "A run there for each combination, with means and settings, and below it one for each split, with its curves, "
      + "scores and model. What the server has already is not sent again. Credentials are taken from "
      + "MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD.",
    examples: [
      ("zoo runs mlflow run --server http://127.0.0.1:5000", "with models"),
      ("zoo runs mlflow run --experiment xrays --no-models", "to MLFLOW_TRACKING_URI"),
    ],
    options: [
      .value("server", "URL", "The server's address; else MLFLOW_TRACKING_URI."),
      .value("experiment", "NAME", "What it is called there; else as the study."),
      .flag("no-models", "Send settings, scores and tables alone."),
    ],
    arguments: [runArgument]
  ) { arguments in
    let run = try folder(arguments.argument("RUN"))
    let environment = ProcessInfo.processInfo.environment
    guard
      let address = arguments.optionalString("server") ?? environment["MLFLOW_TRACKING_URI"],
      !address.isEmpty
    else {
      throw ZooError(
        .usage, "no server is named; expected --server or MLFLOW_TRACKING_URI",
        advice: "mlflow server starts one, at http://127.0.0.1:5000")
    }
    let credentials = authorization(environment)
    let service = try WebService(
      address, headers: credentials.map { ["Authorization: \($0)"] } ?? [])
    if credentials != nil, service.isOpen {
      warn("\(service.address) is plain http: the credentials can be read on the way")
    }
    var publisher = try RunPublisher(
      run, to: service, experiment: arguments.optionalString("experiment"),
      settings: settings(of: run, try registry()),
      withModels: !arguments.flag("no-models"))
    let progress = progress(arguments)
    progress.line("\(run): \(publisher.size / 1_000_000) MB of files at most")
    // Two senders would take each other's runs for a broken try.
    let summary = try OutputPlace.locked(run) {
      progress.begin("runs", total: publisher.count)
      defer { progress.end() }
      return try publisher.send { progress.advance(by: $0) }
    }
    for note in summary.notes { warn(note) }
    print(
      "\(service.address), experiment \"\(summary.experiment)\": \(summary.sent) runs sent with \(summary.values)"
        + " numbers and \(summary.files) files (\(summary.bytes / 1_000_000) MB)"
        + (summary.known > 0 ? ", \(summary.known) were there" : "")
        + (summary.replaced > 0 ? ", \(summary.replaced) of an earlier try replaced" : ""))
  }

  /// The header's value, as MLflow's own client makes it; nil without credentials.
  private static func authorization(_ environment: [String: String]) -> String? {
    if let user = environment["MLFLOW_TRACKING_USERNAME"], !user.isEmpty,
      let password = environment["MLFLOW_TRACKING_PASSWORD"], !password.isEmpty
    {
      let pair = "\(user):\(password)"
      return "Basic \(Data(pair.utf8).base64EncodedString())"
    }
    return environment["MLFLOW_TRACKING_TOKEN"].flatMap { $0.isEmpty ? nil : "Bearer \($0)" }
  }

  /// Settings of combinations; none where the study needs a plugin that is not here, or has no plan.
  private static func settings(of run: String, _ registry: EncoderRegistry) -> [String: JSONValue] {
    do {
      let study = try StudyPlan(run: run).study(run: run, registry: registry)
      return Dictionary(
        study.combinations.map { ($0.name, $0.settings) }, uniquingKeysWith: { first, _ in first })
    } catch {
      warn("the study's settings can't be read: \(errorSentence(error))")
      return [:]
    }
  }
}
