import Basics
import Evaluation
import Pages
import Tuning

/// What searching for settings gained, how much of it was needed, and what was chosen.
extension ReportPage {
  /// The section; empty where nothing was searched for.
  var tuningSection: String {
    guard let tuning = data.tuning else { return "" }
    return """
      <section id="tuning" aria-labelledby="tuning-head">
      <h2 id="tuning-head">Tuning</h2>
      <p>\(htmlEscaped(tuning.sentence)) The test subset of a split takes no part. A search over two encoders \
      changes their fusion; each encoder was searched for as long in its own row.</p>
      \(PageParts.box("What tuning gained", gains(tuning)))\(curves(tuning))\
      \(fold("What decided", importance(tuning)))\(fold("Chosen settings, split by split", chosen(tuning)))\
      \(fold("What was searched over", spaces(tuning)))</section>

      """
  }

  private func gains(_ tuning: ReportTuning) -> String {
    let metric = data.comparisons.metric
    let tests = tuning.searches.map { gain($0.name, metric) }
    let adjusted = holmAdjusted(tests.map { $0?.p })
    let rows = zip(tuning.searches, zip(tests, adjusted)).map { search, found in
      let (test, holm) = found
      let all = search.trials.values.flatMap { $0 }
      let ended = all.count(where: \.wasStopped)
      let failed = all.count(where: \.hasFailed)
      let own = search.chosen.values.count { $0 == 1 }
      let seconds = all.reduce(0) { $0 + $1.seconds }
      func score(_ subset: ResultSubset) -> String {
        NumberText.metric(scores.summary(search.name, metric, subset: subset.rawValue)?.mean)
      }
      let change =
        test.map {
          "\(NumberText.signed($0.meanDifference)) <span class=\"sd\">"
            + "\(NumberText.signed($0.interval.lower)) to \(NumberText.signed($0.interval.upper))</span>"
        } ?? "–"
      return "<tr><th scope=\"row\">\(breakable(search.name))</th><td>\(score(.untuned))</td>"
        + "<td>\(score(.test))</td><td>\(change)</td>"
        + "<td class=\"apart\">\(htmlEscaped(NumberText.probability(holm)))</td>"
        + "<td>\(NumberText.count(all.count))</td><td>\(ended)</td><td>\(failed)</td>"
        + "<td>\(own) of \(search.chosen.count)</td>"
        + "<td>\(htmlEscaped(NumberText.duration(seconds)))</td></tr>\n"
    }
    return """
      <table>
      <caption><span>Means of test \(htmlEscaped(metric.title)) over the splits; the gain with its 95% interval of the \
      corrected resampled t-test, p after Holm over the rows.\
      \(metric.higherIsBetter ? "" : " Lower is better.")</span></caption>
      <thead>
      <tr><th scope="col">Combination</th><th scope="col">own settings</th><th scope="col">tuned</th>\
      <th scope="col">gain</th><th scope="col" class="apart">Holm p</th><th scope="col">trials</th>\
      <th scope="col">ended early</th><th scope="col">failed</th>\
      <th scope="col">\(data.seeds > 1 ? "trainings" : "splits") that kept<br>their own settings</th><th scope="col">time</th></tr>
      </thead>
      <tbody>
      \(rows.joined())</tbody>
      </table>

      """
  }

  private func gain(_ name: String, _ metric: ScoreMetric) -> CorrectedTTest? {
    let tuned = scores.values(name, metric, subset: ResultSubset.test.rawValue)
    let own = scores.values(name, metric, subset: ResultSubset.untuned.rawValue)
    let splits = tuned.keys.filter { own[$0] != nil }.sorted(by: naturalOrder)
    return CorrectedTTest(
      splits.compactMap { tuned[$0] }, splits.compactMap { own[$0] },
      testToTrainingRatio: data.comparisons.testToTrainingRatio)
  }

  /// What so many trials give, the mean over the splits.
  private func curves(_ tuning: ReportTuning) -> String {
    let higher = tuning.metric.higherIsBetter
    let lines = tuning.searches.compactMap {
      search -> (name: String, points: [(x: Double, y: Double)])? in
      let runs = search.trials.keys.sorted(by: naturalOrder).map { split -> [Double?] in
        let trials = search.trials[split] ?? []
        return tuning.isIndependent
          ? TuningSummary.expectedBest(trials.compactMap(\.value), higherIsBetter: higher)
          : TuningSummary.bestSoFar(trials, higherIsBetter: higher)
      }
      let length = runs.map(\.count).min() ?? 0
      guard length > 1 else { return nil }
      let points = (0..<length).compactMap { index -> (x: Double, y: Double)? in
        mean(runs.compactMap { $0[index] }).map { (Double(index + 1), $0) }
      }
      return (search.name, points)
    }
    guard !lines.isEmpty else { return "" }
    let values = lines.flatMap { $0.points.map(\.y) }
    let range = (values.min() ?? 0)...(values.max() ?? 1)
    let chart = LineChart(
      title: "\(tuning.isIndependent ? "Expected best" : "Best so far"): \(tuning.metric.title)",
      xTitle: "trials", range: range,
      curves: lines.map { LineChart.Curve(label: $0.name, points: $0.points) })
    return """
      <figure class="tuning">
      \(chart.legend)<div class="panels">
      \(chart.plainPanel)</div>
      <figcaption>\(tuning.isIndependent
        ? "The best value that so many trials are expected to find (Dodge et al. 2019)"
        : "The best value found after so many trials"), on the cases that trials are scored on, the mean over the \
      splits. A line that still rises at its end asks for more trials. These values are chosen, and so optimistic; the \
      test scores above are not.</figcaption>
      </figure>

      """
  }

  private func importance(_ tuning: ReportTuning) -> String {
    let rows = tuning.searches.flatMap { search -> [String] in
      let shares = TuningSummary.importance(
        search.trials.keys.sorted(by: naturalOrder).map { search.trials[$0] ?? [] },
        own: search.own, in: search.space, higherIsBetter: tuning.metric.higherIsBetter)
      return shares.sorted { $0.share > $1.share }.map { key, share in
        "<tr><th scope=\"row\">\(breakable(search.name))</th><td class=\"words\">\(breakable(key))</td>"
          + "<td>\(NumberText.percent(share))</td></tr>\n"
      }
    }
    guard !rows.isEmpty else { return "" }
    return PageParts.box(
      "What decided",
      """
      <table>
      <caption><span>How much a setting decides about being among the best tenth of the trials of a split, as shares \
      of a search (PED-ANOVA, Watanabe et al. 2023). Few trials tell little.</span></caption>
      <thead>
      <tr><th scope="col">Combination</th><th scope="col" class="words">Setting</th><th scope="col">Share</th></tr>
      </thead>
      <tbody>
      \(rows.joined())</tbody>
      </table>

      """)
  }

  private func chosen(_ tuning: ReportTuning) -> String {
    // Every training of a split has a search of its own.
    let trained = (1...max(1, data.seeds)).flatMap { seed in
      data.splits.map { SplitName.named($0, seed: seed) }
    }
    let rows = tuning.searches.flatMap { search in
      search.space.parameters.map { parameter -> String in
        func text(_ value: JSONValue?) -> String {
          value.map { htmlEscaped($0.text(pretty: false)) } ?? "–"
        }
        let cells = trained.map { split in
          "<td>\(text(search.settings(split)[parameter.key]))</td>"
        }
        return "<tr><th scope=\"row\">\(breakable(search.name))</th>"
          + "<td class=\"words\">\(breakable(parameter.key))</td>"
          + "<td>\(text(search.own[parameter.key]))</td>\(cells.joined())</tr>\n"
      }
    }
    let heads = trained.map { "<th scope=\"col\">\(htmlEscaped($0))</th>" }
    return PageParts.box(
      "Chosen settings",
      """
      <table>
      <caption><span>“–” where a setting does not apply.</span></caption>
      <thead>
      <tr><th scope="col">Combination</th><th scope="col" class="words">Setting</th><th scope="col">own</th>\(heads.joined())</tr>
      </thead>
      <tbody>
      \(rows.joined())</tbody>
      </table>

      """)
  }

  private func spaces(_ tuning: ReportTuning) -> String {
    PageParts.facts(
      tuning.searches.map { search in
        PageFact(
          search.name,
          search.space.isEmpty
            ? "nothing" : search.space.parameters.map(\.sentence).joined(separator: "; "))
      })
  }
}
