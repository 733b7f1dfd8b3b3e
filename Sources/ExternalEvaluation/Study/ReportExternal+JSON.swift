import Basics
import Evaluation
import Studies

extension ReportExternal {
  /// `summary.json`, schema 1; docs/evaluate.md tells its keys.
  func json(
    _ settings: EvaluationSettings, _ run: FinishedComparison, ensembles: [String: JSONValue]
  ) -> JSONValue {
    [
      "schema": 1, "zoo": programVersion.json, "seed": Int(clamping: settings.seed).json,
      "resamples": settings.resamples.json, "level": 0.95, "name": name.json,
      "cases": cases.json, "patients": patients.json, "synthetic": isSynthetic.json,
      "splits": run.splits.json,
      "combinations": JSONValue(
        .array(
          rows.map { row in
            [
              "combination": row.combination.json,
              "learntFromValidation": run.fittedOnValidation.contains(row.combination).json,
              "figures": object(
                row.figures.map { figure in
                  (
                    figure.key,
                    [
                      "internal": number(figure.inside), "external": bootstrap(figure.outside),
                      "drop": bootstrap(figure.drop), "averaged": figure.averaged.json,
                      "leftOut": figure.leftOut.json,
                    ]
                  )
                }),
              "ensemble": ensembles[row.combination] ?? [:],
            ]
          })),
      "warnings": warnings.json,
    ]
  }
}
