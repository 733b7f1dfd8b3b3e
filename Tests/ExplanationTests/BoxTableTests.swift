import Basics
import Datasets
import Foundation
import TestSupport
import Testing

@testable import Explanation

@Suite("Tables of boxes")
struct BoxTableTests {
  func table(_ text: String, _ format: BoxFormat = BoxFormat(), in folder: String) throws
    -> BoxTable
  {
    let path = "\(folder)/table.csv"
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return try BoxTable(path: path, format: format)
  }

  @Test("Boxes are read as they are said to be: shares, around a middle, as two corners")
  func formats() throws {
    let expected = Region(x: 10, y: 40, width: 20, height: 20)
    try withTemporaryFolder { folder in
      for (header, row, format) in [
        ("x,y,width,height", "10,40,20,20", BoxFormat(form: .cornerSize, units: .pixels)),
        ("x,y,width,height", "20,50,20,20", BoxFormat(form: .centerSize)),
        ("x,y,width,height", "10,40,30,60", BoxFormat(form: .corners)),
        ("x_min,y_min,x_max,y_max", "10,40,30,60", BoxFormat()),
        ("x,y,width,height", "0.125,0.5,0.25,0.25", BoxFormat(units: .shares)),
        ("x,y,width,height", "0.25,0.625,0.25,0.25", BoxFormat(form: .centerSize, units: .shares)),
      ] {
        let boxes = try table("image,kind,\(header)\na.png,nodule,\(row)\n", format, in: folder)
        let found = try boxes.lesions(named: "a.png", width: 80, height: 80)
        #expect(found.lesions.map(\.box) == [expected] && found.clipped == 0, "\(row) \(format)")
      }
    }
  }

  @Test("A box less than a pixel beyond its image is clipped and counted, one further out refused")
  func clipped() throws {
    let head = "image,kind,x,y,width,height\n"
    try withTemporaryFolder { folder in
      let over = try table(head + "a.png,n,44.3,-0.5,20,5\na.png,n,1,1,5,5\n", in: folder)
      let found = try over.lesions(named: "a.png", width: 64, height: 64)
      #expect(found.clipped == 1 && found.lesions.count == 2)
      #expect(abs(found.lesions[0].box.width - 19.7) < 1e-9)
      #expect(found.lesions[0].box.y == 0 && found.lesions[0].box.height == 4.5)
      let far = try table(head + "a.png,n,46,3,20,5\n", in: folder)
      let text = errorText { _ = try far.lesions(named: "a.png", width: 64, height: 64) }
      #expect(text.contains("table.csv:2: the box reaches beyond its image a.png"), "\(text)")
      let shares = try table(
        head + "a.png,n,0.6,0.1,0.4,0.9\n", BoxFormat(units: .shares), in: folder)
      #expect(try shares.lesions(named: "a.png", width: 97, height: 89).clipped == 0)
    }
  }

  @Test("Rows without a box are counted where that is asked for")
  func empty() throws {
    try withTemporaryFolder { folder in
      let boxes = try table(
        "image,kind,x,y,width,height\na.png,n,1,2,3,4\nb.png,none,,,,\nc.png,n,NaN,nan,NA,-\n",
        BoxFormat(skipsEmpty: true), in: folder)
      #expect(boxes.empty == 2 && boxes.boxes.keys.sorted() == ["a.png"])
    }
  }

  @Test("Pictures of one name are told apart by their folders, and what is ambiguous is refused")
  func alike() throws {
    let head = "image,kind,x,y,width,height\n"
    func name(_ patient: Int) -> String { "patient\(patient)/study1/view1_frontal.png" }
    try withTemporaryFolder { folder in
      let boxes = try table(
        head + "set/\(name(1)),n,1,2,3,4\nset/\(name(3)),n,1,2,3,4\n", in: folder)
      let files = (1...3).map { "/data/copy/\(name($0))" }
      #expect(
        try boxes.names(of: files) == [files[0]: "set/\(name(1))", files[2]: "set/\(name(3))"])
      #expect(boxes.shortName("set/\(name(1))") == "set/\(name(1))")
      for patient in 1...3 {
        let path = "\(folder)/\(name(patient))"
        try AtomicFile.makeFolder((path as NSString).deletingLastPathComponent)
        try Data().write(to: URL(fileURLWithPath: path))
      }
      let cases = try boxes.cases(in: folder)
      #expect(cases.map(\.id) == ["set/\(name(1))", "set/\(name(3))"])
      #expect(cases.map(\.imagePath) == ["\(folder)/\(name(1))", "\(folder)/\(name(3))"])
      // A name alone could be any of them.
      let short = try table(head + "view1_frontal.png,n,1,2,3,4\n", in: folder)
      let text = errorText { _ = try short.names(of: files) }
      #expect(text.contains("\"view1_frontal.png\" could be"), "\(text)")
      // Two names for one file.
      let two = try table(head + "a/x.png,n,1,2,3,4\nx.png,n,1,2,3,4\n", in: folder)
      #expect(errorText { _ = try two.names(of: ["/data/a/x.png"]) }.contains("could be"))
    }
  }

  @Test(
    "ChestX-ray14's boxes are of 1024 pixels, whatever the size of the copy; others of the file")
  func tables() throws {
    try withTemporaryFolder { folder in
      let published = "\(folder)/BBox_List_2017.csv"
      try """
      Image Index,Finding Label,Bbox [x,y,w,h],,,
      00000001_000.png,Infiltrate,512,256,128,64
      00000001_000.png,Mass,0,0,1024,1024

      """.write(toFile: published, atomically: true, encoding: .utf8)
      let table = try BoxTable(path: published)
      let name = "00000001_000.png"
      #expect(try table.names(of: ["any/where/\(name)"]) == ["any/where/\(name)": name])
      let lesions = try table.lesions(named: name, width: 256, height: 512).lesions
      #expect(lesions.map(\.kind) == ["Infiltration", "Mass"])
      #expect(lesions[0].box == Region(x: 128, y: 128, width: 32, height: 32))
      #expect(lesions[1].box == Region(x: 0, y: 0, width: 256, height: 512))
      #expect(
        try table.lesions(named: name, width: 256, height: 256, kind: "Mass").lesions.count == 1)
      let own = "\(folder)/boxes.csv"
      try "image,kind,x,y,width,height\nimages/a.png,nodule,5,6,7,8\n".write(
        toFile: own, atomically: true, encoding: .utf8)
      #expect(
        try BoxTable(path: own).lesions(named: "images/a.png", width: 20, height: 20).lesions[0].box
          == Region(x: 5, y: 6, width: 7, height: 8))
    }
  }

  private static let damaged: [(table: String, sentence: String)] = [
    ("image,kind,x,y,width,height\n", "holds no box"),
    ("image,kind,x,y,width\na.png,nodule,1,2,3\n", "no column \"height\""),
    (
      "image,kind,x,y,width,height\na.png,nodule,1,2,0,4\n",
      "boxes.csv:2: width: \"0\" is no extent"
    ),
    ("image,kind,x,y,width,height\na.png,nodule,nan,2,3,4\n", "\"nan\" is no coordinate"),
    (
      "image,kind,x,y,width,height\na.png,nodule,1,2,3,4\nb.png,none,,,,\n",
      "boxes.csv:3: the row has no box\n  pass over rows without one by --skip-empty-boxes"
    ),
    (
      "image,kind,x,y,width,height\na.png,nodule,.5,.5,.2,.1\nb.png,nodule,.1,.2,.2,.1\n",
      "all 2 boxes have numbers within 0…1 only"
    ),
    (
      "image,kind,x,y,width,height\n" + String(repeating: "a.png,nodule,5,6,9,8\n", count: 5),
      "in all 5 boxes width is above x and height above y: they look like two corners"
    ),
    (
      "image,kind,x_min,y_min,x_max,y_max\na.png,nodule,5,6,9,6\n",
      "boxes.csv:2: the box ends at 9.0, 6.0"
    ),
    ("Image Index,Finding Label,Bbox [x,y,w,h],,,\na.png,Mas,1,2,3,4\n", "did you mean \"Mass\"?"),
  ]

  @Test("A damaged table is refused in a sentence with its line", arguments: damaged)
  func refused(table: String, sentence: String) throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/boxes.csv"
      try table.write(toFile: path, atomically: true, encoding: .utf8)
      let text = errorText { _ = try BoxTable(path: path) }
      #expect(text.contains(sentence), "\(text)")
    }
  }
}
