import Basics

/// One of several pictures of a phantom case.
package struct PhantomView: Sendable, Equatable {
  /// From where the chest is looked at.
  package enum Kind: String, Sendable, CaseIterable {
    case frontal
    case lateral
  }

  package let kind: Kind
  /// Its path within the sample's folder.
  package let image: String
  /// The lesions that are seen in it.
  package let findings: [PhantomFinding]
}

extension PhantomSample {
  /// The share of abnormal cases whose lesions are seen in both views.
  static let bothShare = 1.0 / 3
  /// The share of abnormal cases whose lesions are seen in the frontal view alone; in the rest it is the lateral one.
  static let frontalShare = 1.0 / 3
  /// The share of cases without a lateral picture.
  static let withoutLateralShare = 0.1

  /// The pictures of a case, of a sample that has two views: the frontal one, and most often the lateral one.
  package func views(of item: PhantomCase) -> [PhantomView] {
    var random = stream.derived("views").derived(item.index)
    let (fate, lacks) = (random.uniform(), random.uniform())
    let isFrontal = fate < PhantomSample.bothShare + PhantomSample.frontalShare
    let isLateral = fate < PhantomSample.bothShare || !isFrontal
    func view(_ kind: PhantomView.Kind, _ isSeen: Bool) -> PhantomView {
      PhantomView(
        kind: kind, image: "images/\(item.id)-\(kind.rawValue).png",
        findings: isSeen ? item.findings : [])
    }
    let frontal = view(.frontal, isFrontal)
    return lacks < PhantomSample.withoutLateralShare
      ? [frontal] : [frontal, view(.lateral, isLateral)]
  }

  /// Draws a view of a case of this sample.
  package func radiograph(of item: PhantomCase, _ view: PhantomView) -> PhantomRadiograph {
    let body = stream.derived("patient").derived(item.patient)
    let exposure = stream.derived("radiograph").derived(item.index)
    let isLateral = view.kind == .lateral
    var painter = PhantomPainter(
      size: size, findings: view.findings, patient: body,
      exposure: isLateral ? exposure.derived("lateral") : exposure, site: site)
    return isLateral ? painter.paintLateral() : painter.paint()
  }
}
