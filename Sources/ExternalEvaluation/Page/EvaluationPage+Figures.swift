import Basics
import Evaluation
import Pages

/// Ranks, decisions, drops and pairs.
extension EvaluationPage {
  var metricSection: String {
    let metrics = EvaluationMetric.ofProbabilities
    let body = rows.map { row in
      (
        row.name,
        [
          "\(row.question.count)<span class=\"sd\">\(row.question.patients) patients</span>",
          "\(row.question.positives)<span class=\"sd\">\(NumberText.percent(row.question.prevalence.value ?? 0, digits: 1))</span>",
        ]
          + metrics.map { metric in
            cell(
              row.question.estimates[metric]?.value ?? .undefined(.noCases),
              row.question.estimates[metric]?.interval)
          }
      )
    }
    let means = results.results.flatMap { result -> [(name: String, cells: [String])] in
      (result.macro?.means ?? []).map { mean in
        (
          "\(result.model) · \(result.data)",
          [mean.metric.title, cell(mean.value, mean.interval), "\(mean.defined)"]
        )
      }
    }
    let macro =
      means.isEmpty
      ? ""
      : table(
        "Means over labels, each counted once; labels without positive or negative cases are in none.",
        ["Model", "Figure", "Mean", "Labels"], means)
    return section(
      "metrics", "Figures",
      table(
        "On external cases; below, 95 % intervals by \(results.settings.resamples) resamples, patients drawn"
          + " together. Average precision is near the prevalence by chance.",
        ["Model", "Cases", "Positive"] + metrics.map(head), body) + macro)
  }

  var thresholdSection: String {
    let metrics: [EvaluationMetric] = [
      .sensitivity, .specificity, .positivePredictiveValue, .negativePredictiveValue, .accuracy,
      .balancedAccuracy,
    ]
    func cells(_ point: OperatingPoint) -> [String] {
      [NumberText.metric(point.threshold.value)]
        + metrics.map { metric in
          cell(
            point.estimates[metric]?.value ?? .undefined(.noCases),
            point.estimates[metric]?.interval)
        }
    }
    let heads = ["Model", "Threshold"] + metrics.map(head)
    let fixed = table(
      "At the threshold that was fixed before any of these cases was seen: what to expect in use.",
      heads,
      rows.map { ($0.name, cells($0.question.fixed)) })
    let anew = table(
      "At a threshold set anew on these very cases (\(results.settings.rule.name)): optimistically scored, and only"
        + " to show what a new threshold could win.", heads,
      rows.map { row in
        switch row.question.anew {
        case .value(let point): (row.name, cells(point))
        case .undefined(let reason):
          (row.name, [cell(.undefined(reason), nil)] + metrics.map { _ in "" })
        }
      })
    let sources = results.models.map {
      "<li>\(breakable($0.name)): \(htmlEscaped($0.thresholdSentence)).</li>\n"
    }
    return section(
      "threshold", "Decisions",
      fixed + "<p>Where the fixed thresholds come from:</p>\n<ul>\n\(sources.joined())</ul>\n"
        + anew)
  }

  var dropSection: String {
    let known = rows.filter { $0.question.inside.value != nil }
    guard !known.isEmpty else {
      return section(
        "drop", "From internal to external",
        "<p>\(htmlEscaped(Undefined.noInternalAnswers.sentence.capitalizedFirst)): no drop can be told.</p>\n"
      )
    }
    let metrics = EvaluationMetric.ofDrops
    let body = known.map { row in
      (
        row.name,
        metrics.map { metric -> String in
          let inside = row.question.inside.value?.estimates[metric]?.value.value
          let outside =
            row.question.estimates[metric]?.value.value
            ?? row.question.fixed.estimates[metric]?.value.value
          let values =
            "\(NumberText.metric(inside)) → \(NumberText.metric(outside))"
          switch row.question.drops[metric] ?? .undefined(.noInternalAnswers) {
          case .undefined(let reason):
            return "\(values)<span class=\"sd\">\(htmlEscaped(reason.sentence))</span>"
          case .value(let drop):
            let holds = drop.interval.lower > 0 || drop.interval.upper < 0
            let isWorse = (drop.estimate > 0) == metric.higherIsBetter
            let style = holds ? (isWorse ? "loses" : "gains") : ""
            return "<span class=\"\(style)\">\(NumberText.signed(-drop.estimate))</span>"
              + "<span class=\"sd\">\(NumberText.signed(-drop.interval.upper)) to"
              + " \(NumberText.signed(-drop.interval.lower))</span><span class=\"sd\">\(values)</span>"
          }
        }
      )
    }
    return section(
      "drop", "From internal to external",
      table(
        "External less internal, the internal test cases being those that the model's own study kept apart; both"
          + " at the fixed threshold. Intervals draw patients of either set apart; coloured where they leave out"
          + " 0.", ["Model"] + metrics.map(head), body))
  }

  var pairSection: String {
    guard !results.pairs.isEmpty else { return "" }
    let body = results.pairs.map { pair -> (name: String, cells: [String]) in
      let parts =
        ["\(pair.first) − \(pair.second)"] + (results.data.count > 1 ? [pair.data] : [])
        + ((results.results.first?.questions.count ?? 1) > 1 ? [pair.label] : [])
      let deLong: String =
        switch pair.deLong {
        case .undefined(let reason): cell(.undefined(reason), nil)
        case .value(let test):
          "\(NumberText.signed(test.difference))<span class=\"sd\">\(NumberText.signed(test.interval.lower))"
            + " to \(NumberText.signed(test.interval.upper))</span><span class=\"sd\">adjusted"
            + " \(adjusted(pair.deLongAdjustedP))</span>"
        }
      let mcNemar =
        "\(pair.mcNemar.onlyFirst) : \(pair.mcNemar.onlySecond)<span class=\"sd\">adjusted"
        + " \(adjusted(pair.mcNemarAdjustedP))</span>"
      let differences = pair.differences.map { difference -> String in
        switch difference.bootstrap {
        case .undefined(let reason): cell(.undefined(reason), nil)
        case .value(let found):
          "\(NumberText.signed(found.estimate))<span class=\"sd\">\(NumberText.signed(found.interval.lower))"
            + " to \(NumberText.signed(found.interval.upper))</span><span class=\"sd\">adjusted"
            + " \(adjusted(difference.adjustedP))</span>"
        }
      }
      return (parts.joined(separator: " · "), [deLong, mcNemar] + differences)
    }
    return section(
      "pairs", "Models beside each other",
      table(
        "First less second on the same cases. DeLong's test takes cases as independent; the paired bootstrap draws"
          + " patients together. McNemar counts the cases that only the first, and only the second, decides rightly,"
          + " each at its own fixed threshold. p values are adjusted after Holm for the pairs of a data set.",
        ["Pair", "AUROC (DeLong)", "Decisions (McNemar)"]
          + EvaluationMetric.ofPairs.map(head), body))
  }

  private func adjusted(_ value: Double?) -> String {
    value.map { NumberText.p($0) } ?? "p –"
  }
}

extension String {
  /// With a capital letter to begin with.
  fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
