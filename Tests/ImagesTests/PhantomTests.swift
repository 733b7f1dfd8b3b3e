import Basics
import Foundation
import Images
import TestSupport
import Testing

@Suite("The phantom sample") struct PhantomTests {
  @Test("The same seed gives the same bytes, another seed others")
  func determinism() throws {
    try withTemporaryFolder { folder in
      for (name, seed) in [("a", 7), ("b", 7), ("c", 8)] as [(String, UInt64)] {
        try PhantomSample(count: 6, seed: seed, size: 96).write(to: "\(folder)/\(name)")
      }
      for file in ["cases.csv", "boxes.csv", "README.txt", "images/0001.png", "images/0006.png"] {
        let first = try readFile("\(folder)/a/\(file)")
        #expect(try readFile("\(folder)/b/\(file)") == first, "\(file)")
        #expect(try readFile("\(folder)/c/\(file)") != first, "\(file)")
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/a/images").count == 6)
    }
  }

  @Test("The drawing is the one that was looked at")
  func golden() {
    let sample = PhantomSample(count: 8, seed: 1)
    let cases = sample.cases()
    let text = cases.map(\.text).joined(separator: "\n")
    let pixels = cases.prefix(3).flatMap { sample.radiograph(of: $0).image.pixels }
    // Whoever changes the drawing or the sentences looks at some images and sets these anew.
    #expect(fnv(text.utf8) == "c13e7f1d80b33b7b")
    #expect(fnv(pixels) == "4963a05fb412a8a3")
  }

  @Test("The drawing from the side is the one that was looked at")
  func goldenLateral() {
    let sample = PhantomSample(count: 8, seed: 1, size: 128, views: 2)
    let pixels = sample.cases().compactMap { item -> [UInt8]? in
      sample.views(of: item).first { $0.kind == .lateral }.map {
        sample.radiograph(of: item, $0).image.pixels
      }
    }
    #expect(fnv(pixels.joined()) == "837a5e9d16ab7ed2")
  }

  @Test("Patients differ from the side as much as from the front, beyond what their films do")
  func variety() {
    let sample = PhantomSample(count: 60, size: 64, views: 2)
    // One healthy case a patient: their pictures, each to mean 0 and length 1.
    var known: Set<Int> = []
    let cases = sample.cases().filter { $0.findings.isEmpty && known.insert($0.patient).inserted }
    func plane(_ item: PhantomCase, _ kind: PhantomView.Kind) -> [Double]? {
      guard let view = sample.views(of: item).first(where: { $0.kind == kind }) else { return nil }
      let pixels = sample.radiograph(of: item, view).image.pixels.map(Double.init)
      let mean = pixels.reduce(0, +) / Double(pixels.count)
      let length = pixels.reduce(0.0) { $0 + ($1 - mean) * ($1 - mean) }.squareRoot()
      return pixels.map { ($0 - mean) / length }
    }
    func spread(_ kind: PhantomView.Kind) -> Double {
      let planes = cases.compactMap { plane($0, kind) }
      let alike = zip(planes, planes.dropFirst()).map { first, second in
        zip(first, second).reduce(0.0) { $0 + $1.0 * $1.1 }
      }
      return 1 - alike.reduce(0, +) / Double(alike.count)
    }
    let (frontal, lateral) = (spread(.frontal), spread(.lateral))
    #expect(lateral > frontal, "\(lateral), \(frontal)")
  }

  @Test("Site B has other patients, ids, prevalence and contrast; the first site's bytes stay")
  func sites() throws {
    let (first, second) = (
      PhantomSample(count: 60, size: 96), PhantomSample(count: 60, size: 96, site: .b)
    )
    let (own, other) = (first.cases(), second.cases())
    #expect(other.count { $0.label == "abnormal" } == 18)
    #expect(other[0].id == "B0001" && Set(own.map(\.id)).isDisjoint(with: other.map(\.id)))
    #expect(own.map(\.text) != other.map(\.text))
    func spread(_ sample: PhantomSample, _ cases: [PhantomCase]) -> Double {
      let pixels = cases.prefix(5).flatMap { sample.radiograph(of: $0).image.pixels }.map(
        Double.init)
      let mean = pixels.reduce(0, +) / Double(pixels.count)
      return (pixels.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(pixels.count))
        .squareRoot()
    }
    #expect(spread(second, other) < 0.9 * spread(first, own))
    try withTemporaryFolder { folder in
      try PhantomSample(count: 4, size: 64, site: .b).write(to: folder)
      let table = try String(contentsOfFile: "\(folder)/cases.csv", encoding: .utf8)
      #expect(table.contains("B0001,images/B0001.png,") && table.contains(",BP1\n"))
      let note = try String(contentsOfFile: "\(folder)/README.txt", encoding: .utf8)
      #expect(note.contains("Site B") && PhantomSample.holds("\(folder)/cases.csv"))
    }
  }

  @Test("Half of the cases are abnormal, and faint and silent ones are mostly disjoint")
  func balance() {
    let cases = PhantomSample(count: 2000, seed: 3).cases()
    let abnormal = cases.filter { $0.label == "abnormal" }
    #expect(abnormal.count == 1000)
    let faint = abnormal.filter { $0.findings[0].isFaint }
    let both = faint.filter(\.isSilent)
    // Shares .17, .15 and .01 of 1000: four standard deviations are 48, 45 and 13.
    #expect(abs(faint.count - 170) < 48)
    #expect(abs(abnormal.filter(\.isSilent).count - 150) < 45)
    #expect(both.count < 23)
    let kinds = Set(abnormal.flatMap { $0.findings.map(\.kind) })
    #expect(kinds.count == PhantomFinding.Kind.allCases.count)
  }

  @Test("Some patients have two cases, none has more, and every case has its own name")
  func patients() {
    let cases = PhantomSample(count: 500, seed: 2).cases()
    let counts = Dictionary(grouping: cases, by: \.patient).mapValues(\.count)
    #expect(counts.values.max() == 2)
    let twice = counts.values.filter { $0 == 2 }.count
    #expect(twice > 30 && twice < 110)
    #expect(Set(cases.map(\.id)).count == 500 && cases[0].id == "0001")
    #expect(counts.keys.max() == counts.count)
  }

  @Test("Every lesion has a box within the image, and a clear one changes what is in it")
  func boxes() {
    let sample = PhantomSample(count: 60, seed: 5, size: 128)
    for one in sample.cases() {
      let shown = sample.radiograph(of: one)
      #expect(shown.boxes.map(\.kind) == one.findings.map(\.kind))
      for box in shown.boxes {
        #expect(box.x >= 0 && box.y >= 0 && box.width > 0 && box.height > 0)
        #expect(box.x + box.width <= 128 && box.y + box.height <= 128)
        #expect(box.width < 110 && box.height < 110, "\(box) in \(one.id)")
      }
    }
  }

  @Test("Reports read like reports: no marks left, no sentence without its end")
  func reports() {
    for one in PhantomSample(count: 1000, seed: 9).cases() {
      #expect(!one.text.contains("{") && !one.text.contains("  "))
      #expect(one.text.hasSuffix(".") && one.text.first?.isUppercase == true)
      #expect(one.text.split(separator: " ").count >= 5, "\(one.text)")
      if one.label == "abnormal" && !one.isSilent {
        #expect(one.text.count > 20)
      }
    }
  }

  @Test("The tables hold a line a case and a line a lesion, and the page says it is synthetic")
  func tables() throws {
    try withTemporaryFolder { folder in
      let sample = PhantomSample(count: 10, seed: 4, size: 64)
      try sample.write(to: folder)
      let table = String(decoding: try readFile("\(folder)/cases.csv"), as: UTF8.self)
      let lines = table.split(separator: "\n")
      #expect(lines[0] == "id,image,text,label,patient" && lines.count == 11)
      #expect(lines[1].hasPrefix("0001,images/0001.png,\"") && lines[1].hasSuffix(",P1"))
      let places = String(decoding: try readFile("\(folder)/boxes.csv"), as: UTF8.self)
      let lesions = sample.cases().map(\.findings.count).reduce(0, +)
      #expect(places.split(separator: "\n").count == lesions + 1)
      #expect(places.hasPrefix("image,kind,x,y,width,height\n"))
      let page = String(decoding: try readFile("\(folder)/README.txt"), as: UTF8.self)
      #expect(page.hasPrefix("SYNTHETIC") && page.contains("seed 4"))
    }
  }

  @Test(
    "With two views some lesions are seen in one alone; the pictures of one view stay as they are")
  func views() throws {
    let plain = PhantomSample(count: 300, size: 64)
    let sample = PhantomSample(count: 300, size: 64, views: 2)
    let cases = sample.cases()
    #expect(cases == plain.cases())
    let abnormal = cases.filter { !$0.findings.isEmpty }.map { sample.views(of: $0) }
    let whole = abnormal.filter { $0.count == 2 }
    let seen = whole.map { views in views.map { !$0.findings.isEmpty } }
    for pattern in [[true, true], [true, false], [false, true]] {
      let found = Double(seen.count { $0 == pattern }) / Double(seen.count)
      #expect(abs(found - 1.0 / 3) < 0.1, "\(pattern): \(found)")
    }
    #expect((15...45).contains(cases.count { sample.views(of: $0).count == 1 }))
    // What is seen from the front is drawn as without a second view.
    let shown = try #require(
      cases.first { item in
        sample.views(of: item).allSatisfy { !$0.findings.isEmpty }
          && sample.views(of: item).count == 2
          && item.findings[0].kind == .nodule && !item.findings[0].isFaint
      })
    let views = sample.views(of: shown)
    #expect(sample.radiograph(of: shown, views[0]) == plain.radiograph(of: shown))
    let lateral = sample.radiograph(of: shown, views[1])
    let box = lateral.boxes[0]
    #expect(lateral.boxes.count == shown.findings.count)
    #expect(box.kind == .nodule && box.x >= 0 && box.x + box.width <= 64 && box.width < 24)
    // What the spot adds: its box is brighter than the lung around it.
    func mean(_ margin: Int) -> Double {
      var (sum, count) = (0, 0)
      for y in max(0, box.y - margin)..<min(64, box.y + box.height + margin) {
        for x in max(0, box.x - margin)..<min(64, box.x + box.width + margin) {
          sum += Int(lateral.image.pixels[64 * y + x])
          count += 1
        }
      }
      return Double(sum) / Double(count)
    }
    #expect(mean(0) > mean(3) + 3)
    try withTemporaryFolder { folder in
      try PhantomSample(count: 10, size: 64, views: 2).write(to: folder)
      let table = try String(contentsOfFile: "\(folder)/cases.csv", encoding: .utf8)
      #expect(
        table.hasPrefix("id,image,view,text,label,patient\n0001,images/0001-frontal.png,frontal,"))
      #expect(PhantomSample.holds("\(folder)/images/0001-lateral.png"))
    }
  }

  @Test("A folder that can't be made is named")
  func unwritable() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write("", to: "\(folder)/file")
      let text = errorText { try PhantomSample(count: 1, size: 64).write(to: "\(folder)/file") }
      #expect(text.contains("\(folder)/file/images: can't make the folder"))
    }
  }
}
