import Basics
import Foundation

/// A synthetic sample of chest-like radiographs with reports: drawn, not taken of anybody.
///
/// Half of the cases are abnormal, at site B three of ten. Neither modality alone suffices: of the abnormal cases 16 % are
/// drawn faintly, so that the image hardly shows them, while the report speaks of them; another
/// 14 % have a report that leaves the finding out, while the image shows it; in 1 % both is so.
/// A fifth of the normal reports speak of old or resolved findings, and all of findings that are not
/// there. Some patients have two cases. The same seed gives the same bytes.
package struct PhantomSample: Sendable {
  /// The number of cases, at least 1.
  package let count: Int
  /// The seed of all that is drawn by chance.
  package let seed: UInt64
  /// The width and height of the images, in pixels.
  package let size: Int
  /// The hospital that it claims to be of.
  package let site: PhantomSite
  /// How many pictures a case has: 1, or 2 with a lateral one beside the frontal one.
  package let views: Int

  /// The share of abnormal cases whose lesions are drawn faintly and reported.
  static let faintShare = 0.16
  /// The share of abnormal cases whose lesions are drawn clearly and not reported.
  static let silentShare = 0.14
  /// The share of abnormal cases that are both.
  static let hiddenShare = 0.01
  /// The share of patients with two cases.
  static let returningShare = 0.15

  /// The sample of a seed.
  ///
  /// - Precondition: At least 1 case, 64…2048 pixels a side, 1 or 2 views.
  package init(
    count: Int = 400, seed: UInt64 = 1, size: Int = 256, site: PhantomSite = .a, views: Int = 1
  ) {
    precondition((1...2).contains(views), "phantoms of \(views) views; 1 or 2 are drawn")
    precondition(count > 0, "a sample of \(count) cases")
    precondition(
      (64...2048).contains(size), "phantom images of \(size) pixels; 64 to 2048 are drawn")
    self.count = count
    self.seed = seed
    self.size = size
    self.site = site
    self.views = views
  }

  var stream: RandomStream {
    let all = RandomStream(seed: seed).derived("phantom")
    return site == .a ? all : all.derived(site.rawValue)
  }

  /// All cases with their reports, in order; half of them (rounded down) are abnormal, at site B three of ten.
  package func cases() -> [PhantomCase] {
    var random = stream.derived("plan")
    var isAbnormal = (0..<count).map { $0 < site.abnormalCount(of: count) }
    isAbnormal.shuffle(using: &random)
    let digits = max(4, String(count).count)
    var patient = 0
    var mayReturn = false
    return (0..<count).map { index in
      if mayReturn && random.uniform() < PhantomSample.returningShare {
        mayReturn = false
      } else {
        patient += 1
        mayReturn = true
      }
      let number = String(index + 1)
      let id = site.prefix + String(repeating: "0", count: digits - number.count) + number
      var own = stream.derived("case").derived(index)
      let plan = PhantomSample.findings(isAbnormal: isAbnormal[index], random: &own)
      let reported = plan.isSilent ? [] : plan.findings
      var words = stream.derived("report").derived(index)
      return PhantomCase(
        index: index, id: id, patient: patient, findings: plan.findings, isSilent: plan.isSilent,
        text: PhantomReport.write(about: reported, random: &words))
    }
  }

  private static func findings(
    isAbnormal: Bool, random: inout RandomStream
  ) -> (findings: [PhantomFinding], isSilent: Bool) {
    guard isAbnormal else { return ([], false) }
    let fate = random.uniform()
    let isFaint = fate < faintShare + hiddenShare
    let isSilent = fate >= faintShare && fate < faintShare + hiddenShare + silentShare
    let kinds: [(kind: PhantomFinding.Kind, share: Double)] = [
      (.nodule, 0.25), (.opacity, 0.32), (.effusion, 0.2), (.cardiomegaly, 0.13),
      (.pneumothorax, 0.1),
    ]
    var chosen: [PhantomFinding] = []
    let number = random.uniform() < 0.2 ? 2 : 1
    while chosen.count < number {
      var left = random.uniform()
      var kind = PhantomFinding.Kind.nodule
      for candidate in kinds {
        kind = candidate.kind
        left -= candidate.share
        if left < 0 { break }
      }
      let side: PhantomFinding.Side = random.uniform() < 0.5 ? .right : .left
      let zone = PhantomFinding.Zone.allCases[random.below(3)]
      if chosen.contains(where: { $0.kind == kind }) { continue }
      chosen.append(
        PhantomFinding(
          kind: kind, side: kind == .cardiomegaly ? .left : side, zone: zone, isFaint: isFaint))
    }
    return (chosen, isSilent)
  }

  /// Draws the radiograph of a case of this sample.
  package func radiograph(of phantomCase: PhantomCase) -> PhantomRadiograph {
    let body = stream.derived("patient").derived(phantomCase.patient)
    let exposure = stream.derived("radiograph").derived(phantomCase.index)
    var painter = PhantomPainter(
      size: size, findings: phantomCase.findings, patient: body, exposure: exposure,
      site: site)
    return painter.paint()
  }
}
