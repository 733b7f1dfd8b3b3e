import Basics
import Dispatch
import Foundation

extension PhantomSample {
  /// Writes the sample: `images/NNNN.png`, `cases.csv` (id, image, text, label, patient),
  /// `kinds.csv` (the same with the kinds of lesions for a label), `boxes.csv` (image, kind, x, y, width,
  /// height) and a `README.txt` that says what it is.
  ///
  /// With two views the pictures are `images/NNNN-frontal.png` and `images/NNNN-lateral.png`, the tables have
  /// a row a picture and a column `view`.
  /// `README.txt` comes first, since it marks the folder as the sample's; the tables come last: where
  /// they stand, the images are complete. The same count, seed and size give the same bytes.
  ///
  /// - Parameter folder: Made where it is missing; files of the same names are replaced.
  /// - Throws: `ZooError` that names the path that can't be written.
  package func write(to folder: String) throws {
    try AtomicFile.makeFolder("\(folder)/images")
    let cases = cases()
    try AtomicFile.write(readMe(cases), to: "\(folder)/\(Self.readMeName)")
    let pictures = cases.flatMap { one -> [(item: PhantomCase, view: PhantomView?)] in
      views == 1 ? [(one, nil)] : views(of: one).map { (one, $0) }
    }
    let boxes = try drawn(pictures, into: folder)
    let column = views == 1 ? "" : ",view"
    var table = "id,image\(column),text,label,patient\n"
    var kinds = "id,image\(column),text,kinds,kind,patient\n"
    for (one, view) in pictures {
      let text = one.text.split(separator: "\"", omittingEmptySubsequences: false)
      let named = view.map { "\($0.image),\($0.kind.rawValue)" } ?? one.image
      let start = "\(one.id),\(named),\"\(text.joined(separator: "\"\""))\""
      table += "\(start),\(one.label),\(site.prefix)P\(one.patient)\n"
      kinds += "\(start),\(one.kinds),\(one.kind),\(site.prefix)P\(one.patient)\n"
    }
    var places = "image,kind,x,y,width,height\n"
    for (picture, found) in zip(pictures, boxes) {
      for box in found {
        places +=
          "\(picture.view?.image ?? picture.item.image),\(box.kind.rawValue),\(box.x),\(box.y),\(box.width),\(box.height)\n"
      }
    }
    try AtomicFile.write(places, to: "\(folder)/boxes.csv")
    try AtomicFile.write(kinds, to: "\(folder)/kinds.csv")
    try AtomicFile.write(table, to: "\(folder)/cases.csv")
  }

  /// Draws and writes all images on every core; the boxes come back in the order of the cases.
  private func drawn(
    _ pictures: [(item: PhantomCase, view: PhantomView?)], into folder: String
  ) throws -> [[PhantomBox]] {
    let results = Results(count: pictures.count)
    DispatchQueue.concurrentPerform(iterations: pictures.count) { index in
      if results.hasFailed { return }
      let (item, view) = pictures[index]
      let drawn = view.map { radiograph(of: item, $0) } ?? radiograph(of: item)
      do {
        try drawn.image.savePNG(path: "\(folder)/\(view?.image ?? item.image)")
        results.store(.success(drawn.boxes), at: index)
      } catch { results.store(.failure(error), at: index) }
    }
    return try results.boxes()
  }

  private func readMe(_ cases: [PhantomCase]) -> String {
    let abnormal = cases.filter { $0.label == "abnormal" }.count
    let patients = Set(cases.map(\.patient)).count
    return """
      \(Self.readMeBeginning), taken of nobody.

      They are for trying out and testing software. They are no radiographs, say nothing about
      medicine, and results on them say nothing about results on patients.

      Made by EncoderZoo's phantom sample: \(count) cases, seed \(seed), \(size) x \(size) pixels.
      The same count, seed and size give the same files.\(site.sentence)

      images/\(site.prefix)NNNN\(views == 1 ? "" : "-VIEW").png  8-bit grey; the patient's right side is at the left, as on a radiograph
      cases.csv        id,image\(views == 1 ? "" : ",view"),text,label,patient ("normal" or "abnormal")
      kinds.csv        id,image\(views == 1 ? "" : ",view"),text,kinds,kind,patient: the kinds of lesions, such as
                       nodule|effusion, or normal; kind is the only one, normal, or several
      boxes.csv        image,kind,x,y,width,height: where the lesions were drawn, in pixels from
                       the upper left corner; kinds: \(kinds)

      \(abnormal) cases are abnormal, \(cases.count - abnormal) normal; \(patients) patients, some with two cases.
      How they are made: a chest of random measures (lungs, heart, ribs, clavicles, diaphragm,
      vessels, spine) is drawn for each patient; lesions are added; exposure and noise differ from
      image to image. Reports are put together from sentences about each organ.
      Neither half alone suffices: of the abnormal cases about
        \(percent(PhantomSample.faintShare)) are drawn faintly but reported,
        \(percent(PhantomSample.silentShare)) are drawn clearly but not reported,
        \(percent(PhantomSample.hiddenShare)) are both.
      Reports, normal ones above all, also speak of old, resolved or absent findings, and some
      normal images show an old calcified spot.\(viewsSentence)

      """
  }

  /// What is to be known of the pictures of a case; empty for one.
  private var viewsSentence: String {
    guard views > 1 else { return "" }
    let lateral = 1 - PhantomSample.bothShare - PhantomSample.frontalShare
    return """


      A case has a frontal picture and, but for about \(percent(PhantomSample.withoutLateralShare)), a lateral one: images/NNNN-frontal.png
      and images/NNNN-lateral.png, a row each in the tables. The lesions of about \(percent(PhantomSample.bothShare)) of the
      abnormal cases are seen in both, of \(percent(PhantomSample.frontalShare)) in the frontal one alone, of \(percent(lateral)) in the lateral one
      alone.
      """
  }

  private var kinds: String {
    PhantomFinding.Kind.allCases.map(\.rawValue).joined(separator: ", ")
  }

  private func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }
}

/// What the drawing threads found, each in its own place.
///
/// Unchecked: every access to `stored` and `failed` holds `lock`.
private final class Results: @unchecked Sendable {
  private let lock = NSLock()
  private var stored: [Result<[PhantomBox], any Error>?]
  private var failed = false

  init(count: Int) { stored = Array(repeating: nil, count: count) }

  var hasFailed: Bool { lock.withLock { failed } }

  func store(_ result: Result<[PhantomBox], any Error>, at index: Int) {
    lock.withLock {
      stored[index] = result
      if case .failure = result { failed = true }
    }
  }

  /// All boxes, or the first failure.
  func boxes() throws -> [[PhantomBox]] {
    try lock.withLock {
      for case .failure(let error)? in stored { throw error }
      return try stored.map { try $0?.get() ?? [] }
    }
  }
}
