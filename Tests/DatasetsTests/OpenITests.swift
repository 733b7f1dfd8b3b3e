import Basics
import Foundation
import TestSupport
import Testing

@testable import Datasets

/// A report in the collection's layout.
private func report(
  _ id: String, findings: String = "<AbstractText Label=\"FINDINGS\">Clear lungs.</AbstractText>",
  mesh: String = "<major>normal</major>", images: String = ""
) -> String {
  """
  <?xml version="1.0" encoding="utf-8"?>
  <eCitation>
    <uId id="\(id)"/>
    <MedlineCitation><Article><Abstract>
      <AbstractText Label="COMPARISON">None.</AbstractText>
      \(findings)
      <AbstractText Label="IMPRESSION"> No &lt;acute&gt; disease. </AbstractText>
    </Abstract></Article></MedlineCitation>
    <MeSH>\(mesh)</MeSH>
    \(images)
  </eCitation>
  """
}

private func parse(_ text: String) throws -> OpenIReport {
  try OpenIReportParser.parse(Data(text.utf8), path: "7.xml")
}

struct HostileXML: Sendable, CustomTestStringConvertible {
  let name: String
  let data: Data
  let message: String
  var testDescription: String { name }

  init(_ name: String, _ text: String, _ message: String) {
    self.init(name, Data(text.utf8), message)
  }

  init(_ name: String, _ data: Data, _ message: String) {
    (self.name, self.data, self.message) = (name, data, message)
  }
}

private let laughs =
  "<!DOCTYPE lolz [<!ENTITY lol \"lol\">"
  + (1...9).map {
    "<!ENTITY lol\($0) \"\(String(repeating: "&lol\($0 == 1 ? "" : "\($0 - 1)");", count: 10))\">"
  }
  .joined() + "]>"

@Suite("Open-i")
struct OpenITests {
  @Test("A report's parts are read by name and label")
  func readsReport() throws {
    let images =
      "<parentImage id=\"CXR7_IM-1\"/><parentImage id=\"CXR7_IM-2\"><url>x</url></parentImage>"
    let found = try parse(
      report(
        "CXR7", mesh: "<major>Lung/clear</major><automatic>opacity</automatic><major>Heart</major>",
        images: images))
    #expect(
      found
        == OpenIReport(
          id: "CXR7",
          sections: [
            "COMPARISON": "None.", "FINDINGS": "Clear lungs.",
            "IMPRESSION": "No <acute> disease.",
          ], majors: ["Lung/clear", "Heart"], automatic: ["opacity"],
          images: ["CXR7_IM-1", "CXR7_IM-2"], source: Place(path: "7.xml", line: 3)))
    #expect(found.text(of: ["FINDINGS", "IMPRESSION"]) == "Clear lungs. No <acute> disease.")
  }

  @Test(
    "The label is normal only when the whole indexing is",
    arguments: [
      (["normal"], "normal"), (["NORMAL"], "normal"), (["abnormal"], "abnormal"),
      (["Normal", "Heart"], "abnormal"), (["normality"], "abnormal"),
      (["Lung/normal"], "abnormal"), (["No Indexing"], nil), ([], nil),
    ] as [([String], String?)])
  func labels(_ majors: [String], _ label: String?) {
    #expect(OpenIReport(id: "1", majors: majors, source: Place()).label == label)
  }

  @Test("FINDINGS may close itself, hold CDATA, inner elements and character references")
  func oddFindings() throws {
    #expect(
      try parse(report("1", findings: "<AbstractText Label=\"FINDINGS\"/>")).sections["FINDINGS"]
        == "")
    let odd =
      "<AbstractText Label=\"FINDINGS\">A <b>big</b> <![CDATA[< 2 cm]]> &#181;m</AbstractText>"
    #expect(try parse(report("1", findings: odd)).sections["FINDINGS"] == "A big < 2 cm µm")
    #expect(try parse(report("1", findings: "")).sections["FINDINGS"] == nil)
  }

  @Test(
    "Hostile XML is refused with path and line",
    arguments: [
      HostileXML(
        "billion laughs", "<?xml version=\"1.0\"?>\n\(laughs)<eCitation>&lol9;</eCitation>",
        "7.xml:2: a document type declaration"),
      HostileXML(
        "external entity",
        "<!-- x -->\n<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>",
        "7.xml:2: a document type declaration"),
      HostileXML(
        "external subset behind a mark",
        "\u{feff}<!DOCTYPE a SYSTEM \"http://example.org/a.dtd\"><a/>",
        "7.xml:1: a document type declaration"),
      HostileXML(
        "unknown entity", "<eCitation>\n<uId id=\"1\"/>&nbsp;</eCitation>",
        "7.xml:2: the XML is not well formed"),
      HostileXML(
        "wrong encoding declared", "<?xml version=\"1.0\" encoding='ISO-8859-1'?>\n<eCitation/>",
        "7.xml:1: the declared encoding is ISO-8859-1; expected UTF-8"),
      HostileXML(
        "wrong bytes", Data("<eCitation>\n".utf8) + [0xe9] + Data("</eCitation>".utf8),
        "7.xml:2: byte 0xe9 at offset 12 is not UTF-8"),
      HostileXML("UTF-16", Data([0xff, 0xfe, 0x3c, 0]), "7.xml:1: the file is UTF-16"),
      HostileXML(
        "UTF-16 without a mark", Data([0x3c, 0, 0x61, 0, 0x2f, 0, 0x3e, 0]), "7.xml:1: a NUL byte"),
      HostileXML(
        "deep nesting",
        "<eCitation>\n" + String(repeating: "<a>", count: 100_000),
        "7.xml:2: elements are nested deeper than 64"),
      HostileXML(
        "truncated", "<eCitation>\n<uId id=\"CXR1\"/>\n", "7.xml:3: the XML ends inside <eCitation>"
      ),
      HostileXML(
        "cut in a tag", "<eCitation>\n<uId id=\"CXR1\"/>\n</eCit",
        "7.xml:3: the XML ends inside <eCitation>"),
      HostileXML(
        "cut in CDATA", "<eCitation>\n<uId id=\"CXR1\"/><![CDATA[x",
        "7.xml:2: the XML ends inside <eCitation>"),
      HostileXML(
        "an attribute twice", "<eCitation>\n<uId id=\"a\" id=\"b\"/></eCitation>",
        "7.xml:2: the XML is not well formed: duplicate attribute"),
      HostileXML(
        "crossed elements", "<eCitation>\n<a><b></a></b></eCitation>",
        "7.xml:2: the XML is not well formed: mismatched tag"),
      HostileXML(
        "something after the root", "<eCitation><uId id=\"CXR1\"/></eCitation>\n<a/>",
        "7.xml:2: there is more after the root element"),
      HostileXML(
        "text after the root", "<eCitation><uId id=\"CXR1\"/></eCitation><!-- -->\nx",
        "7.xml:2: there is more after the root element"),
      HostileXML("other root", "<html></html>", "7.xml:1: the root element is <html>"),
      HostileXML("no id", "<eCitation/>", "7.xml: no element uId with an id"),
      HostileXML(
        "two ids", "<eCitation><uId id=\"a\"/>\n<uId id=\"b\"/></eCitation>",
        "7.xml:2: a second uId \"b\"; the first is \"a\""),
      HostileXML(
        "an image elsewhere", "<eCitation><uId id=\"a\"/><parentImage id=\"../../b\"/></eCitation>",
        "7.xml:1: parentImage has no id that names a file: ../../b"),
      HostileXML("empty", "", "7.xml:1: the XML is not well formed: no element found"),
      HostileXML(
        "an endless comment", "<!-- ", "7.xml:1: the XML is not well formed: unclosed token"),
      HostileXML(
        "too long", Data(count: OpenIReportParser.maximumBytes + 1),
        "7.xml: 4194305 bytes; a report"),
    ])
  func refusesHostileXML(_ input: HostileXML) {
    let text = errorText { _ = try OpenIReportParser.parse(input.data, path: "7.xml") }
    #expect(text.hasPrefix(input.message))
  }

  private let files: [(name: String, data: Data)] = [
    (
      "e/10.xml",
      Data(
        report("CXR10", mesh: "<major>Mass</major>", images: "<parentImage id=\"CXR10_a\"/>").utf8)
    ),
    ("e/9.xml", Data(report("CXR9").utf8)),
    ("e/2.xml", Data(report("CXR2", mesh: "<major>No Indexing</major>").utf8)),
    ("e/3.xml", Data(report("CXR3", findings: "<AbstractText Label=\"FINDINGS\"/>").utf8)),
    ("e/._3.xml", Data([0, 5, 22, 7])), ("e/readme.txt", Data("x".utf8)),
  ]

  @Test("A folder, a tar and a zip give the same cases in the order of their numbers")
  func readsAllContainers() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.makeFolder("\(folder)/f/ecgen-radiology")
      for (name, data) in files {
        try AtomicFile.write(data, to: "\(folder)/f/ecgen-radiology/\(name.dropFirst(2))")
      }
      try AtomicFile.write(ArchiveBuilder.tar(files), to: "\(folder)/a.tar")
      try AtomicFile.write(ArchiveBuilder.zip(files), to: "\(folder)/a.zip")
      for path in ["\(folder)/f", "\(folder)/a.tar", "\(folder)/a.zip"] {
        let set = try CaseSet.openI(path: path, options: .init(imageRoot: "/i"))
        #expect(set.cases.map(\.id) == ["CXR9", "CXR10"])
        #expect(set.cases.map(\.label) == ["normal", "abnormal"])
        #expect(set.cases.map(\.imagePath) == [nil, "/i/CXR10_a.png"])
        #expect(set.labels == ["normal", "abnormal"])
        #expect(set.leftOut.map(\.id) == ["CXR2", "CXR3"])
        #expect(set.leftOut.map(\.reason) == [.notIndexed, .emptyText])
        #expect(set.leftOut[0].place.path?.hasSuffix("2.xml") == true)
      }
    }
  }

  @Test("A damaged report is refused with its place in the archive, or left out")
  func damagedReport() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.tar"
      let bad: (name: String, data: Data) = ("e/11.xml", Data("<eCitation>\n</a>".utf8))
      let again: (name: String, data: Data) = ("e/12.xml", Data(report("CXR9").utf8))
      try AtomicFile.write(ArchiveBuilder.tar(files + [bad, again]), to: path)
      let text = errorText { _ = try CaseSet.openI(path: path) }
      #expect(text.contains("2 cases can't be used"))
      #expect(text.contains("\(path)/e/11.xml:2: the XML is not well formed"))
      #expect(text.contains("the id \"CXR9\" occurs twice, first at \(path)/e/9.xml"))
      var options = OpenI.Options()
      options.rules.skipsBad = true
      let set = try CaseSet.openI(path: path, options: options)
      #expect(set.cases.map(\.id) == ["CXR9", "CXR10"])
      #expect(
        set.leftOutCounts.map(\.reason) == [.unreadable, .duplicateID, .emptyText, .notIndexed])
    }
  }

  @Test("Damaged, empty and missing archives are named")
  func badArchives() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.tar"
      #expect(errorText { _ = try CaseSet.openI(path: path) }.contains("no such archive"))
      try AtomicFile.write("not an archive, but long enough to be looked at", to: path)
      #expect(errorText { _ = try CaseSet.openI(path: path) }.contains("the archive can't be read"))
      try AtomicFile.write(ArchiveBuilder.tar(files).prefix(700), to: path)
      #expect(errorText { _ = try CaseSet.openI(path: path) }.contains("can't be read: Truncated"))
      try AtomicFile.write(ArchiveBuilder.tar([files[5]]), to: path)
      #expect(
        errorText { _ = try CaseSet.openI(path: path) }.contains("expected files named N.xml"))
      try AtomicFile.write(ArchiveBuilder.tar([("e/1.xml", Data())], kind: "2"), to: path)
      #expect(
        errorText { _ = try CaseSet.openI(path: path) }.contains("expected files named N.xml"))
      var zip = ArchiveBuilder.zip(files)
      zip[60] ^= 1
      try AtomicFile.write(zip, to: path)
      #expect(errorText { _ = try CaseSet.openI(path: path) }.contains("can't be read"))
    }
  }

  @Test("What unpacks beyond the limits is refused while it unpacks")
  func boundsArchives() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.tar"
      try AtomicFile.write(ArchiveBuilder.tar(files), to: path)
      func failure(_ limits: ArchiveReader.Limits) -> String {
        errorText {
          try ArchiveReader.forEachFile(in: path, limits: limits, where: { _ in true }) { _, _ in }
        }
      }
      #expect(failure(.init()).isEmpty)
      #expect(failure(.init(entryBytes: 100)).contains("a.tar/e/10.xml: more than 100 bytes"))
      #expect(failure(.init(entries: 2)).contains("more than 2 entries"))
      #expect(failure(.init(totalBytes: 1000)).contains("unpacks to more than 1000 bytes"))
    }
  }

  @Test("A section that no report has is a slip of the pen")
  func unknownSection() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write(ArchiveBuilder.tar(files), to: "\(folder)/a.tar")
      #expect(
        errorText {
          _ = try CaseSet.openI(path: "\(folder)/a.tar", options: .init(sections: ["FINDING"]))
        }.hasSuffix(
          "no report has a section \"FINDING\"; did you mean \"FINDINGS\"? "
            + "valid: COMPARISON, FINDINGS, IMPRESSION"))
    }
  }

  @Test("Kaggle's form gives ids, texts, labels and the first image of the projection")
  func readsKaggle() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write(
        """
        uid,MeSH,Problems,image,indication,comparison,findings,impression
        10,Mass;Heart,Mass;Heart,Chest,,,"A mass, large.",Mass.
        9,normal,normal,Chest,,None.,Clear.,Normal.
        11,No Indexing,No Indexing,Chest,,,Clear.,
        12,normal,normal,Chest,,,,Normal.
        """, to: "\(folder)/reports.csv")
      try AtomicFile.write(
        """
        uid,filename,projection
        10,10_b.dcm.png,Lateral
        10,10_a.dcm.png,Frontal
        10,10_c.dcm.png,Frontal
        9,9_b.dcm.png,Lateral
        """, to: "\(folder)/projections.csv")
      try AtomicFile.makeFolder("\(folder)/images/images_normalized")
      var options = OpenI.Options(imageRoot: folder)
      func read() throws -> CaseSet {
        try CaseSet.openIKaggle(
          reports: "\(folder)/reports.csv", projections: "\(folder)/projections.csv",
          options: options)
      }
      let set = try read()
      #expect(set.cases.map(\.id) == ["CXR9", "CXR10"])
      #expect(set.cases.map(\.text) == ["Clear.", "A mass, large."])
      #expect(set.cases.map(\.label) == ["normal", "abnormal"])
      let images = "\(folder)/images/images_normalized/"
      #expect(set.cases.map(\.imagePath) == [nil, images + "10_a.dcm.png"])
      #expect(set.leftOut.map(\.reason) == [.notIndexed, .emptyText])
      options.projection = .lateral
      #expect(
        try read().cases.map(\.imagePath) == [images + "9_b.dcm.png", images + "10_b.dcm.png"])
      options.rules.image = .required
      #expect(
        errorText { _ = try read() }.contains("reports.csv:3: no image file \(images)9_b.dcm.png"))
    }
  }

  @Test(
    "Image ids map to Kaggle's file names",
    arguments: [
      ("CXR2_IM-0652-1001", "2_IM-0652-1001.dcm.png"),
      ("CXR1_1_IM-0001-4001", "1_IM-0001-4001.dcm.png"),
      ("CXR10_IM-0002-1001", "10_IM-0002-1001.dcm.png"),
    ])
  func kaggleNames(_ id: String, _ name: String) {
    #expect(OpenI.kaggleFileName(image: id) == name)
  }
}
