/// A lesion that a phantom radiograph shows.
package struct PhantomFinding: Sendable, Equatable {
  /// What is drawn; the raw value stands in `boxes.csv`.
  package enum Kind: String, Sendable, CaseIterable {
    case nodule
    case opacity
    case effusion
    case cardiomegaly
    case pneumothorax
  }

  /// The patient's side; the right one is at the left of the image.
  package enum Side: String, Sendable, CaseIterable {
    case right
    case left
  }

  /// The height within the lung.
  package enum Zone: String, Sendable, CaseIterable {
    case upper
    case mid
    case lower
  }

  package var kind: Kind
  package var side: Side
  package var zone: Zone
  /// Drawn so weakly that noise and anatomy hide it.
  package var isFaint: Bool
}
