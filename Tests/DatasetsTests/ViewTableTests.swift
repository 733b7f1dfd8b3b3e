import Basics
import Foundation
import TestSupport
import Testing

@testable import Datasets

private let slots = ViewSlots([
  .init(name: "frontal", words: ["PA", "AP"]), .init(name: "lateral", words: ["LL"]),
])

private func columns(_ edit: (inout CSVColumns) -> Void = { _ in }) -> CSVColumns {
  var columns = CSVColumns(id: "exam", image: "image", text: "text", label: "label")
  columns.view = "view"
  edit(&columns)
  return columns
}

private func read(
  _ text: String, columns: CSVColumns = columns(), views: ViewSlots? = slots, skipsBad: Bool = false
) throws -> CaseSet {
  try withTemporaryFolder { folder in
    for name in ["a", "b", "c", "d", "e"] { try AtomicFile.write("", to: "\(folder)/\(name).png") }
    try AtomicFile.write(text, to: "\(folder)/own.csv")
    return try CaseSet.csv(
      path: "\(folder)/own.csv", columns: columns,
      rules: CaseRules(image: .required, labels: ["no", "yes"], skipsBad: skipsBad), views: views)
  }
}

private func names(_ item: Case) -> [String] {
  item.images.map { "\($0.view ?? "-") \(String($0.path.split(separator: "/").last ?? ""))" }
}

@Suite("Tables of several pictures a case")
struct ViewTableTests {
  @Test("Rows that share an id are one case, its pictures in the order of the views")
  func rows() throws {
    let set = try read(
      "exam,image,view,text,label\n1,a.png,LL,t,yes\n2,c.png,AP,u,no\n1,b.png,PA,t,yes\n"
        + "1,d.png,ap,t,yes\n2,e.png,oblique,u,no\n")
    #expect(set.cases.map(\.id) == ["1", "2"])
    #expect(names(set.cases[0]) == ["frontal b.png", "lateral a.png"])
    #expect(names(set.cases[1]) == ["frontal c.png"])
    #expect(set.cases[0].source.line == 2)
    let notes = set.notes.map { String($0.drop { $0 != ":" }.dropFirst(2)) }
    for note in [
      "pictures by view: 2 frontal, 1 lateral (1 case lacks it)",
      "left out since they are of other views: 1 oblique",
      "of several pictures of one view the first is taken; left out: 1 frontal",
    ] {
      #expect(notes.contains(note), "\(notes)")
    }
    #expect(set.pictureLayout == PictureLayout(counts: [2, 1]))
    #expect(set.pictureLayout.owners == [0, 0, 1])
  }

  @Test("A cell may list pictures and views; without views they are a bag")
  func lists() throws {
    let listed = columns {
      $0.image = nil
      $0.images = "image"
      $0.imageSeparator = ";"
    }
    let text = "exam,image,view,text,label\n1,a.png; b.png,PA;LL,t,yes\n2,c.png,PA,u,no\n"
    #expect(
      try read(text, columns: listed).cases.map(names) == [
        ["frontal a.png", "lateral b.png"], ["frontal c.png"],
      ])
    let bag = columns {
      $0.image = nil
      $0.images = "image"
      $0.view = nil
    }
    let set = try read(
      "exam,image,text,label\n1,a.png|b.png|c.png,t,yes\n2,d.png|,u,no\n", columns: bag, views: nil)
    #expect(set.cases.map { $0.images.count } == [3, 1])
  }

  @Test("Rows of one case that differ are refused by name, or left out whole")
  func differing() throws {
    let text =
      "exam,image,view,text,label\n1,a.png,PA,t,yes\n1,b.png,LL,other,yes\n2,c.png,PA,u,no\n"
      + "3,d.png,PA,v,yes\n3,e.png,LL,v,no\n4,e.png,LL,w,yes\n"
    let error = errorText { _ = try read(text) }
    #expect(error.contains("the rows of case \"1\" differ in their text, first at"))
    #expect(error.contains("the rows of case \"3\" differ in their label"))
    let set = try read(text, skipsBad: true)
    #expect(set.cases.map(\.id) == ["2", "4"])
    #expect(set.leftOut.map(\.reason) == [.differingRows, .differingRows])
  }

  @Test(
    "A view that no case has, a list of another length and a repeated id without views are refused")
  func faults() throws {
    let none = errorText {
      _ = try read(
        "exam,image,view,text,label\n1,a.png,PA,t,yes\n2,b.png,sagittal,u,no\n", skipsBad: true)
    }
    #expect(none.contains("no case has a picture of the view \"lateral\""))
    #expect(none.contains("the data have sagittal"))
    let listed = columns {
      $0.image = nil
      $0.images = "image"
    }
    let lengths = errorText {
      _ = try read(
        "exam,image,view,text,label\n1,a.png|b.png,PA,t,yes\n2,c.png,PA,u,no\n", columns: listed)
    }
    #expect(lengths.contains("2 pictures in \"image\" and 1 views in \"view\""))
    let plain = columns { $0.view = nil }
    let twice = errorText {
      _ = try read(
        "exam,image,text,label\n1,a.png,t,yes\n1,b.png,t,yes\n2,c.png,u,no\n", columns: plain,
        views: nil)
    }
    #expect(twice.contains("the id \"1\" occurs twice, first at line 2"))
    // The missing file of a picture that is left out is no fault; that of one that is read is.
    #expect(
      try read(
        "exam,image,view,text,label\n1,a.png,PA,t,yes\n1,gone.png,oblique,t,yes\n2,b.png,LL,u,no\n"
      ).cases.count == 2)
    #expect(
      errorText {
        _ = try read(
          "exam,image,view,text,label\n1,a.png,PA,t,yes\n1,gone.png,LL,t,yes\n2,b.png,PA,u,no\n")
      }.contains("gone.png"))
  }

  @Test("Views are read from a list or an object of words; what can't be is refused")
  func slots() throws {
    func parsed(_ text: String) throws -> ViewSlots {
      try ViewSlots(JSONValue.parse(Data(text.utf8)))
    }
    let own = try parsed("{\"frontal\": [\"PA\", \"AP\"], \"lateral\": [\"LL\"]}")
    #expect(own == DatasetsTests.slots)
    #expect(try ViewSlots(own.json) == own)
    #expect(
      own.index(of: " pa ") == 0 && own.index(of: "Lateral") == 1 && own.index(of: "x") == nil)
    for (text, message) in [
      ("[]", "names no view"), ("[\"a\", \"A\"]", "is named twice"),
      ("[\"image\"]", "can't be called \"image\""),
      ("{\"a\": [\"b\"], \"b\": []}", "is named twice"),
    ] {
      #expect(errorText { _ = try parsed(text) }.contains(message), "\(text)")
    }
  }

  @Test("Cases without labels are gathered from their rows, too")
  func rowsWithoutLabels() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write(
        "exam,image,view,text\n1,a.png,PA,t\n2,b.png,PA,u\n1,c.png,LL,t\n3,d.png,PA,v\n3,e.png,LL,w\n",
        to: "\(folder)/t.csv")
      let rows = try CaseRows(path: "\(folder)/t.csv", columns: columns { $0.label = nil })
      #expect(rows.count == 3)
      #expect(rows.identifier(0) == "1")
      #expect(names(try rows.item(0)) == ["PA a.png", "LL c.png"])
      #expect(names(try rows.item(1)) == ["PA b.png"])
      #expect(
        errorText { _ = try rows.item(2) }.contains("the rows of case \"3\" differ in their text"))
    }
  }

  @Test("Pictures of one case link it with every case that shares one of them")
  func groups() {
    let cases = [["a", "b"], ["b"], ["c"], ["c", "a"], ["d"]].enumerated().map { index, shared in
      var item = Case(id: "\(index)", label: "x", source: Place())
      item.images = shared.map {
        CaseImage(path: $0, picture: CasePicture(file: $0, shared: $0 == "d" ? nil : $0))
      }
      return item
    }
    #expect(CaseGroups(cases).indices == [0, 0, 0, 0, 1])
  }
}
