/// One case of the phantom sample: what is wrong, what the report says.
///
/// The radiograph is drawn
/// from it by ``PhantomSample/radiograph(of:)``.
package struct PhantomCase: Sendable, Equatable {
  /// The number of the case, counted from 0.
  package let index: Int
  /// The case's name: its number from 1 with leading zeros, such as `0001`.
  package let id: String
  /// The number of the patient, counted from 1; some patients have two cases.
  package let patient: Int
  /// What is drawn, empty for a normal case.
  package let findings: [PhantomFinding]
  /// Whether the report leaves out all that is drawn.
  package let isSilent: Bool
  /// The report.
  package let text: String

  /// `normal` or `abnormal`.
  package var label: String { findings.isEmpty ? "normal" : "abnormal" }

  /// The kinds of its lesions, each once, with a bar between them, such as `nodule|effusion`; `normal` for a
  /// normal case.
  package var kinds: String {
    let own = PhantomFinding.Kind.allCases.filter { kind in findings.contains { $0.kind == kind } }
    return own.isEmpty ? "normal" : own.map(\.rawValue).joined(separator: "|")
  }

  /// The only kind of its lesions, `normal`, or `several`.
  package var kind: String { kinds.contains("|") ? "several" : kinds }

  /// The image's path within the sample's folder.
  package var image: String { "images/\(id).png" }
}

/// A lesion's place in a phantom radiograph, in pixels from the upper left corner.
package struct PhantomBox: Sendable, Equatable {
  package let kind: PhantomFinding.Kind
  package let x: Int
  package let y: Int
  package let width: Int
  package let height: Int
}

/// A phantom radiograph with the places of its lesions.
package struct PhantomRadiograph: Sendable, Equatable {
  /// One channel.
  package let image: PixelImage
  /// One box a finding, in the same order.
  package let boxes: [PhantomBox]
}
