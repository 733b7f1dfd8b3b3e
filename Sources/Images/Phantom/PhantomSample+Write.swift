import Basics
import Dispatch
import Foundation

extension PhantomSample {
  /// Writes the sample: `images/NNNN.png`, `cases.csv` (id, image, text, label, patient),
  /// `kinds.csv` (the same with the kinds of lesions for a label), `boxes.csv` (image, kind, x, y, width,
  /// height) and a `README.txt` that says what it is.
  ///
  /// `README.txt` comes first, since it marks the folder as the sample's; the tables come last: where
  /// they stand, the images are complete. The same count, seed and size give the same bytes.
  ///
  /// - Parameter folder: Made where it is missing; files of the same names are replaced.
  /// - Throws: `ZooError` that names the path that can't be written.
  package func write(to folder: String) throws {
    try AtomicFile.makeFolder("\(folder)/images")
    let cases = cases()
    try AtomicFile.write(readMe(cases), to: "\(folder)/\(Self.readMeName)")
    let boxes = try drawn(cases, into: folder)
    var table = "id,image,text,label,patient\n"
    var kinds = "id,image,text,kinds,kind,patient\n"
    for one in cases {
      let text = one.text.split(separator: "\"", omittingEmptySubsequences: false)
      let start = "\(one.id),\(one.image),\"\(text.joined(separator: "\"\""))\""
      table += "\(start),\(one.label),\(site.prefix)P\(one.patient)\n"
      kinds += "\(start),\(one.kinds),\(one.kind),\(site.prefix)P\(one.patient)\n"
    }
    var places = "image,kind,x,y,width,height\n"
    for (one, found) in zip(cases, boxes) {
      for box in found {
        places += "\(one.image),\(box.kind.rawValue),\(box.x),\(box.y),\(box.width),\(box.height)\n"
      }
    }
    try AtomicFile.write(places, to: "\(folder)/boxes.csv")
    try AtomicFile.write(kinds, to: "\(folder)/kinds.csv")
    try AtomicFile.write(table, to: "\(folder)/cases.csv")
  }

  /// Draws and writes all images on every core; the boxes come back in the order of the cases.
  private func drawn(_ cases: [PhantomCase], into folder: String) throws -> [[PhantomBox]] {
    let results = Results(count: cases.count)
    DispatchQueue.concurrentPerform(iterations: cases.count) { index in
      if results.hasFailed { return }
      let radiograph = radiograph(of: cases[index])
      do {
        try radiograph.image.savePNG(path: "\(folder)/\(cases[index].image)")
        results.store(.success(radiograph.boxes), at: index)
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

      images/\(site.prefix)NNNN.png  8-bit grey; the patient's right side is at the left, as on a radiograph
      cases.csv        id,image,text,label,patient ("normal" or "abnormal")
      kinds.csv        id,image,text,kinds,kind,patient: the kinds of lesions, such as
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
      normal images show an old calcified spot.

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
