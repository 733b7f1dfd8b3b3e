import Basics
import Foundation

/// Draws one phantom radiograph: soft tissue, lungs, heart, bones, vessels, lesions, exposure.
///
/// Values are opacities to X-rays, about 0 (air) to 1 (bone over the heart), bright as on a film.
struct PhantomPainter {
  let size: Int
  let findings: [PhantomFinding]
  let site: PhantomSite
  var anatomy: PhantomAnatomy
  /// Chance that belongs to the patient: vessels, texture.
  var patient: RandomStream
  /// Chance that belongs to the radiograph: pose, lesions, exposure, noise.
  var exposure: RandomStream
  /// The picture so far.
  var canvas: PhantomCanvas
  /// How much of a pixel is lung, 0…1.
  var lung: [Float]
  /// How much of a pixel is heart or great vessel, 0…1.
  var heart: [Float]
  /// The height at which the heart begins below the vessels.
  var heartTop = 0.0

  init(
    size: Int, findings: [PhantomFinding], patient: RandomStream, exposure: RandomStream,
    site: PhantomSite
  ) {
    self.size = size
    self.site = site
    self.findings = findings
    self.patient = patient.derived("texture")
    self.exposure = exposure.derived("exposure")
    var measures = patient.derived("anatomy")
    anatomy = PhantomAnatomy(patient: &measures)
    var pose = exposure.derived("pose")
    anatomy.pose(&pose)
    canvas = PhantomCanvas(size: size)
    lung = [Float](repeating: 0, count: size * size)
    heart = lung
  }

  /// Draws everything and develops the film.
  mutating func paint() -> PhantomRadiograph {
    enlargeHeart()
    layOutLungs()
    layOutHeart()
    paintTissue()
    paintVessels()
    paintBones()
    let boxes = findings.map { paint($0) }
    if findings.isEmpty && exposure.uniform() < 0.15 { paintGranuloma() }
    return PhantomRadiograph(image: develop(), boxes: boxes)
  }

  /// The pixel columns' distances from the midline, in fractions of the image.
  var columns: [Double] { (0..<size).map { (Double($0) + 0.5) / Double(size) - anatomy.midline } }

  /// The pixel rows' heights, in fractions of the image.
  var rows: [Double] { (0..<size).map { (Double($0) + 0.5) / Double(size) } }

  /// An enlarged heart is a measure of the anatomy, not something drawn on top.
  private mutating func enlargeHeart() {
    guard let finding = findings.first(where: { $0.kind == .cardiomegaly }) else { return }
    var random = exposure.derived("heart")
    anatomy.cardiothoracicRatio =
      finding.isFaint ? random.uniform(0.49, 0.515) : random.uniform(0.6, 0.7)
  }

  private mutating func layOutLungs() {
    let columns = columns
    let distances = columns.map { Float(abs($0)) }
    let floor = columns.map { Float(anatomy.diaphragm(abs($0), $0 < 0 ? .right : .left)) }
    let soft: Float = 0.005
    for (row, y) in rows.enumerated() {
      let lateral = Float(anatomy.lateral(y))
      let medial = Float(anatomy.medial(y))
      let height = Float(y)
      let apex = Float(anatomy.apex)
      for column in 0..<size {
        let distance = distances[column]
        let sides = smoothStep(-soft, soft, lateral - distance)
        let inner = smoothStep(-2 * soft, 2 * soft, distance - medial)
        let below = smoothStep(-soft, soft, floor[column] - height)
        lung[row * size + column] =
          sides * inner * below * smoothStep(-2 * soft, 2 * soft, height - apex)
      }
    }
  }

  /// The left ventricle as a tilted ellipse, the right atrium as an upright one, the vessels above.
  private mutating func layOutHeart() {
    let reach = anatomy.heartReach
    let centre = anatomy.heartCentre
    let (cosine, sine) = (cos(anatomy.heartTilt), sin(anatomy.heartTilt))
    let originX = reach.left * 0.28
    // Semi-axes whose tilted ellipse reaches just `reach.left` from the midline.
    let short = 0.7
    let long =
      (reach.left - originX)
      / (cosine * cosine + short * short * sine * sine).squareRoot()
    let (atriumX, atriumWidth) = (reach.left * 0.05, reach.right + reach.left * 0.05)
    let atriumHeight = 0.125
    // The height of the ellipse above its centre.
    heartTop = centre - long * (sine * sine + short * short * cosine * cosine).squareRoot()
    let columns = columns
    let vessels = rows.map { greatVessels($0) }
    let size = size
    let farthest = max(reach.left, reach.right) * 1.1 + 0.03
    for (row, y) in rows.enumerated() {
      for column in 0..<size where abs(columns[column]) < farthest {
        let x = columns[column]
        let vessel =
          1
          - smoothStep(
            -0.012, 0.012, Float(x < 0 ? -x - vessels[row].right : x - vessels[row].left))
        let (px, py) = (x - originX, y - centre)
        let along = Float((px * cosine + py * sine) / long)
        let across = Float((py * cosine - px * sine) / (long * short))
        let ventricle = (along * along + across * across).squareRoot()
        let (ax, ay) = (Float((x - atriumX) / atriumWidth), Float((py - 0.01) / atriumHeight))
        let atrium = (ax * ax + ay * ay).squareRoot()
        let soft: Float = 0.05
        heart[row * size + column] = max(
          vessel,
          max(
            1 - smoothStep(1 - soft, 1 + soft, ventricle),
            1 - smoothStep(1 - soft, 1 + soft, atrium)))
      }
    }
  }

  /// How far the great vessels above the heart reach at a height, to the image's left and right:
  /// the superior vena cava; the arch of the aorta, the trunk of the lung's artery.
  private func greatVessels(_ y: Double) -> (right: Double, left: Double) {
    let arch = anatomy.knobHeight
    let heart = anatomy.heartCentre
    let t = max(0, min(1, (y - arch + 0.06) / (heart - arch)))
    let begin = max(0, min(1, (y - arch + 0.12) / 0.08))
    let opening = begin * begin * (3 - 2 * begin)
    let right = anatomy.mediastinum * 0.95 + (0.012 + 0.028 * t * t) * opening
    let q = (y - arch) / (anatomy.aorticKnob + 0.016)
    let knob = abs(q) < 1 ? (1 - q * q).squareRoot() * anatomy.aorticKnob : 0
    let p = (y - anatomy.hilumHeight + 0.005) / 0.07
    let trunk = abs(p) < 1 ? (1 - p * p) * (1 - p * p) * 0.022 : 0
    let left = anatomy.mediastinum * 0.95 + (0.006 + 0.05 * t * t) * opening + max(knob, trunk)
    return (right, left)
  }
}
