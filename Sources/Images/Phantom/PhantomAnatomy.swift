import Basics
import Foundation

/// The measures of one drawn chest, in fractions of the image; x is counted from the midline,
/// positive towards the image's right (the patient's left), y from the top.
struct PhantomAnatomy {
  /// Where the midline is.
  var midline: Double
  var apex: Double
  /// The highest points of the diaphragm's domes, right and left of the patient.
  var domeRight: Double
  var domeLeft: Double
  /// How far the diaphragm falls from the dome to the costophrenic angle.
  var sulcusDepth: Double
  /// The half width of the lungs at their widest.
  var halfWidth: Double
  /// The half width of the mediastinum between the lungs.
  var mediastinum: Double
  /// The heart's width over the chest's.
  var cardiothoracicRatio: Double
  var heartTilt: Double
  var aorticKnob: Double
  var ribSpacing: Double
  var ribDrop: Double
  var clavicleRise: Double
  var bodyHalfWidth: Double
  var breast: Double
  var hasGastricBubble: Bool
  var gastricX: Double
  var tissue: Double

  init(patient: inout RandomStream) {
    midline = 0.5 + 0.012 * patient.normal()
    apex = 0.1 + 0.014 * patient.normal()
    domeRight = 0.715 + 0.025 * patient.normal()
    domeLeft = domeRight + 0.025 + 0.01 * patient.normal()
    sulcusDepth = 0.14 + 0.018 * patient.normal()
    halfWidth = min(0.42, 0.375 + 0.018 * patient.normal())
    mediastinum = 0.052 + 0.005 * patient.normal()
    cardiothoracicRatio = min(0.495, max(0.38, 0.445 + 0.024 * patient.normal()))
    heartTilt = 0.62 + 0.1 * patient.normal()
    aorticKnob = 0.03 + 0.005 * patient.normal()
    ribSpacing = 0.073 + 0.003 * patient.normal()
    ribDrop = 0.085 + 0.014 * patient.normal()
    clavicleRise = 0.06 + 0.018 * patient.normal()
    bodyHalfWidth = halfWidth + 0.075 + 0.02 * patient.uniform()
    breast = patient.uniform() < 0.4 ? patient.uniform(0.03, 0.08) : 0
    hasGastricBubble = patient.uniform() < 0.6
    gastricX = 0.17 + 0.03 * patient.normal()
    tissue = patient.uniform(0, 1)
  }

  /// The patient as seen in one radiograph: breathed in more or less, turned and moved a little.
  mutating func pose(_ random: inout RandomStream) {
    midline += 0.012 * random.normal()
    let breath = 0.012 * random.normal()
    domeRight += breath
    domeLeft += breath
    let shift = 0.01 * random.normal()
    apex += shift
    domeRight += shift
    domeLeft += shift
    clavicleRise += 0.008 * random.normal()
  }

  func dome(_ side: PhantomFinding.Side) -> Double { side == .right ? domeRight : domeLeft }

  /// −1 for the patient's right, which is at the image's left.
  static func sign(_ side: PhantomFinding.Side) -> Double { side == .right ? -1 : 1 }

  /// The lowest point of the lungs.
  var base: Double { max(domeRight, domeLeft) + sulcusDepth }

  /// The lung's outer edge at a height, from the midline; the apex below which there is lung.
  func lateral(_ y: Double) -> Double {
    let t = min(1, max(0, (y - apex) / ((base - apex) * 0.78)))
    let rest = (1 - t) * (1 - t)
    let dome = (1 - rest * (1 - 0.25 * t)).squareRoot()
    return 0.115 + (halfWidth - 0.115) * dome
  }

  /// The lung's inner edge at a height, from the midline.
  func medial(_ y: Double) -> Double {
    let t = min(1, max(0, (y - apex) / 0.16))
    return mediastinum + 0.06 * (1 - (1 - (1 - t) * (1 - t)).squareRoot())
  }

  /// The height of the diaphragm at a distance from the midline.
  func diaphragm(_ distance: Double, _ side: PhantomFinding.Side) -> Double {
    let peak = halfWidth * 0.45
    if distance > peak {
      let q = (distance - peak) / (halfWidth - peak)
      return dome(side) + sulcusDepth * q * q * (0.6 + 0.4 * q)
    }
    let q = (peak - distance) / peak
    return dome(side) + 0.055 * q * q
  }

  /// How deep a point lies in the lung of its side, negative outside.
  func depth(x: Double, y: Double) -> Double {
    let side: PhantomFinding.Side = x < 0 ? .right : .left
    let distance = abs(x)
    return min(
      min(lateral(y) - distance, distance - medial(y)), min(diaphragm(distance, side) - y, y - apex)
    )
  }

  /// How far the heart reaches from the midline: to the image's left, to its right.
  var heartReach: (right: Double, left: Double) {
    let width = cardiothoracicRatio * 2 * halfWidth
    return (width * 0.31, width * 0.69)
  }

  /// The height of the heart's centre.
  var heartCentre: Double { domeLeft - 0.075 - 0.12 * (cardiothoracicRatio - 0.45) }

  /// The height of the aorta's arch, which bulges to the patient's left.
  var knobHeight: Double { apex + 0.205 }

  var hilumHeight: Double { apex + 0.47 * (domeRight - apex) }
}
