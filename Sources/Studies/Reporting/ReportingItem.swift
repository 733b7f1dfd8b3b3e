/// Something that a paper on a model is asked to tell, by the numbers of its items in two checklists.
///
/// TRIPOD+AI: Collins et al., BMJ 385, 2024, e078378, https://doi.org/10.1136/bmj-2023-078378. CLAIM: Tejani et al.,
/// "Checklist for Artificial Intelligence in Medical Imaging (CLAIM): 2024 update", Radiology: Artificial Intelligence
/// 6, 2024, e240300, https://doi.org/10.1148/ryai.240300. The titles are ours; the checklists' own words hold.
package enum ReportingItem: CaseIterable, Sendable {
  case title, abstract, background, inequalities, objectives, studyGoal, timing
  case dataSources, representativeness, dates, setting, treatments, preparation, imageSelection
  case identification, missingData, acquisition, outcome, annotators, inputs, inputDefinition
  case sampleSize, partitions, model, training, start, selection, ensembles
  case software, heterogeneity, measures, updating, imbalance, fairness, output, differences
  case ethics, funding, registration, sharing, involvement
  case flow, characteristics, counts, use, internalTest, externalTest, performance, robustness
  case explanations, failures, interpretation, limitations, usability

  /// What is asked, in a phrase; its numbers in TRIPOD+AI, and those in CLAIM 2024.
  package var row: (title: String, tripod: [String], claim: [Int]) {
    switch self {
    case .title: ("Title: kind of study and of method, for whom, which outcome", ["1"], [1])
    case .abstract: ("Structured abstract", ["2"], [2])
    case .background:
      ("Medical background, models there are, role in care, users", ["3a", "3b"], [3])
    case .inequalities: ("Known inequalities in health between groups", ["3c"], [])
    case .objectives: ("Aims and hypotheses", ["4"], [4])
    case .studyGoal: ("Whether models are developed, evaluated, or both", ["4"], [6])
    case .timing: ("Whether data were collected before or after the study was planned", [], [5])
    case .dataSources: ("Where the data come from", ["5a"], [7])
    case .representativeness: ("Why these data, and whom they stand for", ["5a"], [7])
    case .dates: ("From when to when cases were collected", ["5b"], [8])
    case .setting: ("Places, and who was included and excluded", ["6a", "6b"], [8])
    case .treatments: ("Treatments received", ["6c"], [])
    case .preparation: ("How images and texts were prepared", ["7", "12b"], [9])
    case .imageSelection:
      ("Which images, slices or regions were chosen of an examination", [], [10])
    case .identification: ("How names and numbers of patients were removed", [], [11])
    case .missingData: ("What was done about missing data", ["11"], [12])
    case .acquisition: ("How images were acquired: devices, protocols", [], [13])
    case .outcome:
      ("The outcome or reference standard, how it was obtained, why it", ["8a"], [14, 15])
    case .annotators:
      (
        "Who read and annotated, blinding, the test subset's labels, agreement", ["8b", "8c"],
        [16, 17, 18]
      )
    case .inputs: ("What a model reads", ["9a"], [22])
    case .inputDefinition: ("How and when inputs were measured, and by whom", ["9b", "9c"], [])
    case .sampleSize: ("How the number of cases was settled", ["10"], [21])
    case .partitions: ("How cases were divided, and what stays in one subset", ["12a"], [19, 20])
    case .model: ("The models", ["12c"], [22])
    case .training: ("How they were trained, and what was tuned", ["12c"], [25])
    case .start: ("What parameters started from", ["12c"], [24])
    case .selection: ("How the final model was chosen", ["12c"], [26])
    case .ensembles: ("Models averaged", [], [27])
    case .software: ("Software", [], [23])
    case .heterogeneity: ("Differences between hospitals or countries", ["12d", "23b"], [])
    case .measures: ("Measures of performance and their uncertainty", ["12e"], [28, 29])
    case .updating: ("Updating or recalibration after evaluation", ["12f", "24"], [])
    case .imbalance: ("What was done about unequal classes", ["13"], [])
    case .fairness: ("What was done for fairness", ["14"], [])
    case .output: ("What a model answers, and its threshold", ["15"], [22])
    case .differences: ("How the evaluated cases differ from those of training", ["16", "20c"], [])
    case .ethics: ("Ethics committee, and consent", ["17"], [])
    case .funding: ("Funding, and conflicts of interest", ["18a", "18b"], [44])
    case .registration: ("Protocol and registration", ["18c", "18d"], [34, 42])
    case .sharing: ("Where data, code and models are to be had", ["18e", "18f"], [43])
    case .involvement: ("How patients and the public took part", ["19"], [])
    case .flow: ("Cases included and left out", ["20a"], [35])
    case .characteristics: ("Who the patients of each subset are: age, sex, disease", ["20b"], [36])
    case .counts: ("Cases in each analysis", ["21"], [])
    case .use: ("The model itself, and how it is asked", ["12g", "22"], [])
    case .internalTest: ("Evaluation on cases of the same source", [], [32])
    case .externalTest: ("Evaluation on cases of another source", [], [33])
    case .performance: ("Performance with intervals", ["23a"], [37, 38])
    case .robustness: ("Robustness and sensitivity", [], [30])
    case .explanations: ("Explanations, and how they were checked", [], [31])
    case .failures: ("Which cases are answered wrongly, and why", [], [39])
    case .interpretation: ("Interpretation, and what follows for practice", ["25"], [41])
    case .limitations: ("Limitations", ["26"], [40])
    case .usability: ("Poor input, skills that users need, next steps", ["27a", "27b", "27c"], [])
    }
  }
}

/// A checklist of what a paper on models must tell: filled in where the run knows it, blank where only a person does.
package struct ReportingChecklist: Sendable {
  /// What the run knows of each item, in sentences.
  package let known: [ReportingItem: String]

  package init(_ known: [ReportingItem: String]) { self.known = known }

  /// The items that the run tells, in their order.
  package var filled: [(item: ReportingItem, answer: String)] {
    ReportingItem.allCases.compactMap { item in known[item].map { (item, $0) } }
  }

  /// The items that only a person can tell, in their order.
  package var blanks: [ReportingItem] { ReportingItem.allCases.filter { known[$0] == nil } }

  /// Where the numbers come from, and what the table is not.
  package static let sources =
    "Numbers are those of TRIPOD+AI (Collins et al. 2024, doi:10.1136/bmj-2023-078378) and of CLAIM 2024 (Tejani et al."
    + " 2024, doi:10.1148/ryai.240300); their own words hold. What is filled in is what the run knows of an item, not"
    + " proof that it is reported fully."

  /// How many items stand blank, in a sentence.
  package var sentence: String {
    "\(filled.count) of \(ReportingItem.allCases.count) items are filled in from the run; \(blanks.count) only a"
      + " person can tell."
  }
}

extension ReportingItem {
  /// Its numbers in TRIPOD+AI, such as `12f, 24`; `–` for none.
  package var tripod: String { row.tripod.isEmpty ? "–" : row.tripod.joined(separator: ", ") }

  /// Its numbers in CLAIM 2024; `–` for none.
  package var claim: String {
    row.claim.isEmpty ? "–" : row.claim.map { "\($0)" }.joined(separator: ", ")
  }
}
