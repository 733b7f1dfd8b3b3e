import Basics
import Foundation

/// The measures of a chest as seen from the side, the breastbone at the left and the spine at the right.
///
/// Distances are fractions of the picture before ``LateralPose`` moves it, from its upper left corner. Heights of lung,
/// diaphragm and heart are those of the frontal picture.
struct LateralAnatomy {
  let apex: Double
  let base: Double
  let hilum: (x: Double, y: Double)
  /// The height of the arch of the aorta.
  let archHeight: Double
  /// The breastbone at the height of the apex and of the base, and how far it bows to the front between.
  private let breastbone: (top: Double, bottom: Double, bow: Double)
  /// Where the spine would stand without bend and lean, how far it bends to the back, where most, and how it leans.
  private let spine: (x: Double, bend: Double, height: Double, lean: Double)
  /// The two domes of the diaphragm.
  private let domes: [(x: Double, y: Double, fall: Double)]
  /// The heart's centre, half axes, and the slope of the longer one.
  let heart: (x: Double, y: Double, long: Double, short: Double, slope: Double)
  /// Skin before the breastbone and behind the spine, and the bulge of a breast.
  private let wall: (front: Double, back: Double, breast: Double)
  /// How opaque tissue is, and lung.
  let density: (tissue: Double, lung: Double)
  /// How far arms that are not raised enough cover the upper corners.
  let arms: Double

  /// A patient's measures; `heartScale` is how large the heart is beside an ordinary one.
  init(_ chest: PhantomAnatomy, heartScale: Double, patient: inout RandomStream) {
    apex = chest.apex
    base = chest.base
    let depth = 0.58 + 0.045 * patient.normal()
    let front = 0.5 - depth / 2
    breastbone = (
      front + 0.13 + 0.03 * patient.normal(), front + 0.025 * patient.normal(),
      0.03 + 0.02 * patient.normal()
    )
    spine = (
      0.5 + depth / 2, max(0, 0.05 + 0.03 * patient.normal()), 0.45 + 0.07 * patient.normal(),
      0.07 * patient.normal()
    )
    var domes: [(x: Double, y: Double, fall: Double)] = []
    for height in [chest.domeRight, chest.domeLeft] {
      let x = front + depth * (0.32 + 0.06 * patient.normal())
      domes.append(
        (x, height + 0.01 * patient.normal(), chest.sulcusDepth * patient.uniform(0.8, 1.3)))
    }
    self.domes = domes
    let size = heartScale * chest.cardiothoracicRatio / 0.445
    heart = (
      front + depth * (0.3 + 0.03 * patient.normal()) + 0.05 * (heartScale - 1),
      chest.heartCentre + 0.01 + 0.012 * patient.normal(),
      0.155 * size * patient.uniform(0.93, 1.07),
      0.115 * size * patient.uniform(0.93, 1.07), 0.6 + 0.2 * patient.normal()
    )
    archHeight = chest.knobHeight
    hilum = (front + depth * (0.55 + 0.03 * patient.normal()), chest.hilumHeight)
    wall = (0.05 + 0.02 * patient.uniform(), 0.085 + 0.03 * patient.uniform(), chest.breast * 1.3)
    density = (0.46 + 0.12 * chest.tissue, 0.16 + 0.06 * patient.uniform())
    arms = patient.uniform()
  }

  /// How far down the lung has come at a height: 0 at its apex, 1 at its base.
  private func descent(_ y: Double) -> Double { min(1, max(0, (y - apex) / (base - apex))) }

  /// Where the breastbone is at a height.
  func breastbone(_ y: Double) -> Double {
    let t = descent(y)
    return breastbone.top + (breastbone.bottom - breastbone.top) * t
      - 4 * breastbone.bow * t * (1 - t)
  }

  /// The middle of the spine at a height.
  func spine(_ y: Double) -> Double {
    let q = (y - spine.height) / 0.5
    return spine.x + spine.bend * (1 - q * q) + spine.lean * (y - 0.5)
  }

  /// The lung's edges behind the breastbone and at the ribs' back.
  func edges(_ y: Double) -> (front: Double, back: Double) {
    let rest = (1 - descent(y)) * (1 - descent(y))
    return (breastbone(y) + 0.025 + 0.09 * rest * rest, spine(y) + 0.03 - 0.05 * rest * rest)
  }

  /// The height of the lung's round upper end at a place.
  func top(_ x: Double) -> Double {
    let (front, back) = edges(apex)
    let q = (x - (front + back) / 2) / (back - front) * 2
    return apex + 0.05 * min(4, q * q)
  }

  /// The skin before and behind at a height.
  func skin(_ y: Double) -> (front: Double, back: Double) {
    let q = (y - 0.5) / 0.16
    let breast = wall.breast * max(0, 1 - q * q)
    let neck = max(0, apex + 0.04 - y)
    return (
      breastbone(y) - wall.front - breast + 1.2 * neck, spine(y) + wall.back - 0.6 * neck
    )
  }

  /// The height of the diaphragm's higher and lower dome at a place.
  func floors(_ x: Double) -> (high: Double, low: Double) {
    func height(_ dome: (x: Double, y: Double, fall: Double)) -> Double {
      let behind = max(0, (x - dome.x) / 0.4)
      let before = max(0, (dome.x - x) / 0.3)
      return dome.y + dome.fall * behind * behind + 0.05 * before * before
    }
    let (first, second) = (height(domes[0]), height(domes[1]))
    return (min(first, second), max(first, second))
  }

  /// How far out a point lies in the heart: 1 at its edge.
  func heartDistance(_ x: Double, _ y: Double) -> Double {
    let norm = (1 + heart.slope * heart.slope).squareRoot()
    let (dx, dy) = (x - heart.x, y - heart.y)
    let along = (dx * heart.slope + dy) / norm / heart.long
    let across = (dx - dy * heart.slope) / norm / heart.short
    return (along * along + across * across).squareRoot()
  }
}
