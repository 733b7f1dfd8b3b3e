import Basics

/// What an import found, in numbers alone.
package struct ImportSummary: Sendable, Equatable {
  package var files = 0
  package var otherFiles = 0
  /// DICOM files that hold no picture or can't be read, by the reason.
  package var refused: [String: Int] = [:]
  package var localisers = 0
  /// Files of an instance that another file has, and pictures with the pixels of another.
  package var repeatedInstances = 0
  package var equalPictures = 0
  package var pictures = 0
  package var patients = 0
  package var studies = 0
  package var withoutPatient = 0
  package var withoutReport = 0
  package var withReport = 0
  /// Rows of reports that no picture has, that have no number or text, and numbers with several rows.
  package var reportsWithoutPicture = 0
  package var emptyReports = 0
  package var joinedReports = 0
  /// Studies whose reports differ in a column that is carried over.
  package var differingColumns = 0
  package var saysBurnedIn = 0
  /// The ids of pictures that seem to have letters at their borders.
  package var seemsBurnedIn: [String] = []
  package var withoutWindow = 0
  /// What was taken out of texts, by kind.
  package var takenOut: [TextGuard.Kind: Int] = [:]
  package var cleanedTexts = 0

  /// The numbers in lines, those that are 0 left out.
  package var lines: [String] {
    let counts: [(Int, String)] = [
      (otherFiles, "files are no DICOM and are passed over"),
      (localisers, "localisers are left out"),
      (repeatedInstances, "files are of an instance that another file has, and are left out"),
      (equalPictures, "pictures have the pixels of another and are kept"),
      (withoutPatient, "pictures name no patient: each study of theirs counts as one"),
      (withoutReport, "pictures have no report"),
      (reportsWithoutPicture, "reports have no picture"),
      (emptyReports, "rows of the reports have no number or no text"),
      (joinedReports, "studies have several reports, which are joined in their order"),
      (
        differingColumns,
        "studies have reports that differ in a column that is carried over: the first report's is taken"
      ),
      (saysBurnedIn, "files say that text is burned into the picture"),
      (seemsBurnedIn.count, "pictures seem to have letters at their borders: look at them"),
    ]
    return [
      "\(files) files, \(pictures) pictures of \(studies) studies of \(patients) patients,"
        + " \(withReport) with a report"
    ]
      + refused.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map {
        "\($0.value) DICOM files: \($0.key)"
      }
      + counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
      + TextGuard.Kind.allCases.compactMap { kind in
        takenOut[kind].map { "\($0) \(kind.rawValue) were taken out of the texts (XXXX)" }
      } + [
        "text that is burned into pixels can't be excluded, nor can names that no rule knows: read what"
          + " you give away"
      ]
  }

  /// The numbers as `import.json`.
  var json: JSONValue {
    [
      "schema": 1, "files": files.json, "otherFiles": otherFiles.json,
      "refused": refused.values.reduce(0, +).json,
      "localisers": localisers.json, "repeatedInstances": repeatedInstances.json,
      "equalPictures": equalPictures.json, "pictures": pictures.json, "patients": patients.json,
      "studies": studies.json, "picturesWithoutPatient": withoutPatient.json,
      "picturesWithReport": withReport.json, "picturesWithoutReport": withoutReport.json,
      "reportsWithoutPicture": reportsWithoutPicture.json, "emptyReports": emptyReports.json,
      "studiesOfSeveralReports": joinedReports.json,
      "studiesOfDifferingColumns": differingColumns.json, "saysBurnedIn": saysBurnedIn.json,
      "seemsBurnedIn": seemsBurnedIn.json, "withoutWindow": withoutWindow.json,
      "takenOut": JSONValue(
        .object(
          TextGuard.Kind.allCases.map { ($0.rawValue, (takenOut[$0] ?? 0).json) })),
      "cleanedTexts": cleanedTexts.json,
    ]
  }
}
