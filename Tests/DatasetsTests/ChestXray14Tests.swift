import Basics
import Foundation
import TestSupport
import Testing

@testable import Datasets

private let header =
  "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position,"
  + "OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y]"

private func withFile<Result>(_ text: String, _ body: (String) throws -> Result) throws -> Result {
  try withTemporaryFolder { folder in
    try AtomicFile.write(text, to: "\(folder)/t.csv")
    return try body("\(folder)/t.csv")
  }
}

@Suite("ChestX-ray14")
struct ChestXray14Tests {
  @Test(
    "Both kinds of table give the same entries",
    arguments: [
      header + "\n00000001_000.png,Mass|Edema,3,1,58,F,PA,2682,2749,0.143,0.143\n",
      header + ",\n00000001_000.png,Mass|Edema,3,1,58,F,PA,2682,2749,0.143,0.143,\n",
      header + "\r\n00000001_000.png,Mass|Edema,3,1,058Y,F,PA,2682,2749,0.143,0.143,\r\n",
      header.replacing("Gender", with: "Sex")
        + "\n00000001_000.png,Mass|Edema,3,1,058Y,F,PA,2682,2749,0.143,0.143\n",
    ])
  func readsEntries(_ text: String) throws {
    let entries = try withFile(text) { try ChestXray14.entries(path: $0) }
    let entry = try #require(entries.first)
    #expect(entries.count == 1)
    #expect(entry.id == "00000001_000")
    #expect(entry.findings == ["Mass", "Edema"])
    #expect(entry.patient == "1")
    #expect(entry.followUp == 3)
    #expect(entry.age == 58)
    #expect(entry.sex == "F")
    #expect(entry.view == "PA")
    #expect(entry.source.line == 2)
  }

  @Test("Ages may be months and days, or absent")
  func readsAges() throws {
    let ages = ["006M", "", "0"]
    let rows = ages.enumerated().map { "\($0).png,No Finding,0,1,\($1),F,PA,1,1,1,1\n" }.joined()
    let found = try withFile(header + "\n" + rows) { try ChestXray14.entries(path: $0).map(\.age) }
    #expect(found == [0.5, nil, 0])
  }

  @Test(
    "Wrong values are named with file, line and column",
    arguments: [
      ("1.png,Maß,0,1,5,F,PA,1,1,1,1", "t.csv:2: Finding Labels: unknown finding \"Maß\""),
      (
        "1.png,Infiltrate,0,1,5,F,PA,1,1,1,1",
        "unknown finding \"Infiltrate\"; did you mean \"Infiltration\"?"
      ),
      ("1.png,No Finding|Mass,0,1,5,F,PA,1,1,1,1", "\"No Finding\" together with findings"),
      ("1.png,Mass|Mass,0,1,5,F,PA,1,1,1,1", "the finding \"Mass\" is given twice"),
      ("1.png,,0,1,5,F,PA,1,1,1,1", "unknown finding \"\""),
      ("1.png,Mass,0,1,old,F,PA,1,1,1,1", "t.csv:2: Patient Age: \"old\" is no age"),
      ("1.png,Mass,x,1,5,F,PA,1,1,1,1", "t.csv:2: Follow-up #: \"x\" is no whole number"),
      ("../1.png,Mass,0,1,5,F,PA,1,1,1,1", "t.csv:2: Image Index: \"../1.png\" is no image"),
      ("1.png,Mass,0,1,5,F,PA,1,1,1,1,9", "t.csv:2: 12 fields; expected 11"),
    ])
  func namesWrongValues(_ row: String, _ message: String) throws {
    let text = try withFile(header + "\n" + row + "\n") { path in
      errorText { _ = try ChestXray14.entries(path: path) }
    }
    #expect(text.contains(message))
  }

  @Test("Images are found in the flat, the single and the twelve-folder layout")
  func findsImages() throws {
    try withTemporaryFolder { folder in
      let places = ["1.png", "images/2.png", "images_001/images/3.png", "images_012/images/4.png"]
      for place in places {
        let path = "\(folder)/\(place)"
        try AtomicFile.makeFolder((path as NSString).deletingLastPathComponent)
        try AtomicFile.write("", to: path)
      }
      let labels = ["No Finding", "Mass", "Edema|Mass", "No Finding"]
      let rows = labels.enumerated().map { "\($0 + 1).png,\($1),0,p\($0 / 2),5,F,PA,1,1,1,1\n" }
      try AtomicFile.write(header + "\n" + rows.joined(), to: "\(folder)/t.csv")
      let set = try CaseSet.chestXray14(table: "\(folder)/t.csv", imageRoot: folder)
      #expect(set.cases.map(\.imagePath) == places.map { "\(folder)/\($0)" })
      #expect(set.cases.map(\.label) == ["normal", "abnormal", "abnormal", "normal"])
      #expect(set.cases.map(\.findings) == [[], ["Mass"], ["Edema", "Mass"], []])
      #expect(set.cases.map(\.group) == ["p0", "p0", "p1", "p1"])
      #expect(
        try CaseSet.chestXray14(table: "\(folder)/t.csv").cases.allSatisfy { $0.imagePath == nil })
      try FileManager.default.removeItem(atPath: "\(folder)/images/2.png")
      #expect(
        errorText { _ = try CaseSet.chestXray14(table: "\(folder)/t.csv", imageRoot: folder) }
          .contains("t.csv:3: no image file \(folder)/2.png of case \"2\""))
    }
  }

  @Test("Boxes are read, and Infiltrate is Infiltration")
  func readsBoxes() throws {
    let text = "Image Index,Finding Label,Bbox [x,y,w,h],,,\n1.png,Infiltrate,225.5,547,86.25,79\n"
    let boxes = try withFile(text) { try ChestXray14.boxes(path: $0).boxes }
    let box = try #require(boxes.first)
    #expect(box.kind == "Infiltration")
    #expect([box.x, box.y, box.width, box.height] == [225.5, 547, 86.25, 79])
    #expect(box.source.line == 2)
  }

  @Test("The phantom sample's boxes are read, and impossible ones named")
  func readsSampleBoxes() throws {
    let head = "image,kind,x,y,width,height\n"
    let boxes = try withFile(head + "images/1.png,nodule,1,2,3,4\n") {
      try LesionBox.read(path: $0).boxes
    }
    #expect(boxes.map(\.image) == ["images/1.png"])
    for (row, message) in [
      ("1.png,n,-1,2,3,4", "t.csv:2: x: \"-1\" is no coordinate"),
      ("1.png,n,1,nan,3,4", "t.csv:2: y: \"nan\" is no coordinate"),
      ("1.png,n,1,2,0,4", "t.csv:2: width: \"0\" is no extent"),
      ("1.png,n,1,2,3,1e999", "t.csv:2: height: \"1e999\" is no extent"),
    ] {
      let text = try withFile(head + row) { path in errorText { _ = try LesionBox.read(path: path) }
      }
      #expect(text.contains(message))
    }
  }

  @Test("Official lists give ids, and repeated or strange lines are named")
  func readsLists() throws {
    #expect(
      try withFile("1_0.png\r\n2_0.png\n\n") { try ChestXray14.list(path: $0) } == ["1_0", "2_0"])
    #expect(
      try withFile("1.png\n2.png\n1.png") { path in
        errorText { _ = try ChestXray14.list(path: path) }
      }
      .hasSuffix("t.csv:3: \"1.png\" occurs twice, first at line 1"))
    #expect(
      try withFile("1.png\nx\n") { path in errorText { _ = try ChestXray14.list(path: path) } }
        .contains("t.csv:2: \"x\" is no image"))
  }
}
