import Basics
import DICOM
import DataImport
import Datasets
import EncoderZoo
import Foundation
import Studies

extension ZooCommand {
  static let dataImport = Command(
    name: "import", summary: "Make a case table of a tree of DICOM files and a table of reports.",
    discussion:
      "Writes cases.csv, the pictures as PNG of 16 bits under keys, and import.json with what was joined, left "
      + "out and taken out of the reports. Numbers of patients and studies become keys of a secret, which lies "
      + "in a file of its own: keep it apart, or destroy it. Letters burned into pixels and names that no rule "
      + "knows stay: look before you give anything away.",
    examples: [
      (
        "zoo data import export --reports reports.csv --text-column report --output cases",
        "joined by accession number"
      ),
      (
        "zoo data import export --output cases --key secret.key --year",
        "pictures alone, with years"
      ),
    ],
    options: [
      .value("output", "DIR", isRequired: true, "Where everything is written; a new folder."),
      .value("key", "FILE", "The secret; made where it is not there. Else OUTPUT.key, beside it."),
      .value("reports", "FILE", "A table of reports, CSV or a workbook."),
      .value(
        "match", default: "accession", choices: ReportTable.Key.allCases.map(\.rawValue),
        "What reports are matched by: accession numbers or study UIDs."),
      .value("key-column", "NAME", "The column of these; else \"accession\" or \"study\"."),
      .value("text-column", "NAME", default: "report", "The column of the reports."),
      .value(
        "column", "NAME", isRepeatable: true,
        "A column of the reports to carry over, such as a label."
      ),
      .value(
        "window", "WINDOW", default: "file",
        "Black and white: file, minmax, percentiles, or centre and width, such as 40,400."),
      .value("frame", "N", "Of several frames: first, middle or a number from 1."),
      .flag("year", "Write the year of the study."),
    ],
    arguments: [Argument("DIR", "The tree of DICOM files.")]
  ) { arguments in
    let output = try arguments.string("output")
    try OutputPlace.checkWritable(output)
    try OutputPlace.check(output, allowing: [])
    // A slash at the end would put the secret inside.
    let plain = output.count > 1 && output.hasSuffix("/") ? String(output.dropLast()) : output
    let keyPath = arguments.optionalString("key") ?? "\(plain).key"
    guard
      !URL(fileURLWithPath: keyPath).standardizedFileURL.path.hasPrefix(
        URL(fileURLWithPath: output).standardizedFileURL.path + "/")
    else {
      throw ZooError(
        .badValue, "the secret would lie among what is given away", at: Place(path: keyPath),
        advice: "name a file outside \(output)")
    }
    let match = ReportTable.Key(rawValue: try arguments.string("match")) ?? .accession
    let reports = try arguments.optionalString("reports").map {
      try ReportTable(
        path: $0, key: match,
        keyColumn: arguments.optionalString("key-column") ?? match.rawValue,
        textColumn: try arguments.string("text-column"), kept: arguments.values("column"))
    }
    let reading = try dicomReading(arguments)
    let (key, isNew) = try PseudonymKey.readOrMake(path: keyPath)
    let progress = progress(arguments)
    for note in reports?.notes ?? [] { progress.note(note) }
    let summary = try OutputPlace.locked(output) {
      try DataImport(
        root: arguments.argument("DIR"), output: output, key: key, reports: reports,
        reading: reading, withYear: arguments.flag("year")
      ).run(progress: progress)
    }
    print(summary.lines.joined(separator: "\n"))
    print(
      "\(isNew ? "made" : "used") the secret \(keyPath): who has it can find numbers again by trying; keep it apart"
    )
    print("wrote \(output)/cases.csv")
  }
}
