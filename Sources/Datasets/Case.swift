import Basics

/// One case: pictures, a text, or both, with what is known about it.
package struct Case: Sendable, Equatable {
  /// Unique within its set.
  package var id: String
  /// Its pictures; empty where it has none, one where data have one a case.
  package var images: [CaseImage]
  /// The report, as it was written; nil where the case has none.
  package var text: String?
  /// The class name of a binary or multi-class problem.
  package var label: String?
  /// All findings of a multi-label set, without "No Finding"; empty where none are known.
  package var findings: [String]
  /// Findings of which the table does not say whether they are there.
  package var unknownFindings: [String] = []
  /// The patient: cases of one group never part into training and test.
  package var group: String?
  /// What else is known of it, by name: site, view, whatever a study asks for; without what is not known.
  package var attributes: [String: String] = [:]
  /// Where the case was read: file and line.
  package var source: Place

  /// Its class and findings: equal for cases of equal answers.
  package var answer: String { ([label ?? ""] + findings.sorted()).joined(separator: "|") }

  /// What is known of a finding, as people say it: its name, or "no" and its name; nil where the table does not
  /// tell.
  package func truth(of finding: String) -> String? {
    guard !unknownFindings.contains(finding) else { return nil }
    return findings.contains(finding) ? finding : "no \(finding)"
  }

  package init(
    id: String, imagePath: String? = nil, text: String? = nil, label: String? = nil,
    findings: [String] = [], group: String? = nil, source: Place
  ) {
    self.id = id
    images = imagePath.map { [CaseImage(path: $0)] } ?? []
    self.text = text
    self.label = label
    self.findings = findings
    self.group = group
    self.source = source
  }
}
