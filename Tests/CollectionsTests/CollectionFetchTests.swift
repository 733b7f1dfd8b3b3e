import Basics
import Collections
import Datasets
import Downloads
import Foundation
import Images
import Synchronization
import TestSupport
import Testing

@testable import Collections

/// A picture of one value, so that two are told apart.
private func picture(_ value: UInt8) throws -> Data {
  try PixelImage(width: 2, height: 2, channels: 1, pixels: [value, 0, 0, value]).encodedPNG()
}

private func report(_ number: Int, _ mesh: String, images: [String]) -> (String, Data) {
  let parts = images.map { "<parentImage id=\"\($0)\"/>" }.joined()
  return (
    "ecgen-radiology/\(number).xml",
    Data(
      """
      <eCitation><uId id="CXR\(number)"/><MedlineCitation><Article><Abstract>
      <AbstractText Label="FINDINGS">Findings of \(number).</AbstractText>
      <AbstractText Label="IMPRESSION">Impression of \(number).</AbstractText>
      </Abstract></Article></MedlineCitation><MeSH><major>\(mesh)</major></MeSH>\(parts)</eCitation>
      """.utf8)
  )
}

/// Two reports, the first of which has a lateral picture before its frontal one.
private let reports = ArchiveBuilder.tar(
  [
    report(1, "normal", images: ["CXR1_1_IM-0001-4001", "CXR1_1_IM-0001-3001"]),
    report(2, "Cardiomegaly", images: ["CXR2_IM-0652-1001"]),
  ].map { (name: $0.0, data: $0.1) })

private func pictures(_ more: [(name: String, data: Data)] = []) throws -> Data {
  ArchiveBuilder.tar(
    try [
      (name: "CXR1_1_IM-0001-4001.png", data: picture(1)),
      (name: "NLMCXR_png/CXR1_1_IM-0001-3001.png", data: picture(2)),
      (name: "CXR2_IM-0652-1001.png", data: picture(3)),
    ] + more)
}

private let quick: DownloadPolicy = {
  var policy = DownloadPolicy()
  policy.isOffline = false
  policy.retries = 1
  policy.backOff = 0
  policy.maximumBackOff = 0
  return policy
}()

@Suite("Published collections")
struct CollectionFetchTests {
  private func fetch(
    _ folder: String, of collection: PublishedCollection = .openI, from source: String? = nil,
    mirror: String? = nil
  ) throws -> [String] {
    var fetch = CollectionFetch(
      collection, output: folder, progress: ProgressReporter(mode: .quiet, write: { _ in }))
    fetch.source = source
    fetch.mirror = mirror
    fetch.policy = quick
    return try fetch.run()
  }

  private func put(_ data: Data, _ path: String) throws {
    try AtomicFile.makeFolder(parentFolder(of: path))
    try AtomicFile.write(data, to: path)
  }

  private func rows(_ folder: String, _ columns: [String]) throws -> [[String]] {
    let table = try CSVTable(path: "\(folder)/cases.csv")
    let indices = try columns.map { try table.column($0) }
    return (0..<table.rowCount).map { row in indices.map { table[row, $0] } }
  }

  @Test("Archives of a folder are unpacked, and the frontal picture is the table's")
  func archives() throws {
    try withTemporaryFolder { folder in
      try put(reports, "\(folder)/from/NLMCXR_reports.tgz")
      try put(pictures(), "\(folder)/from/NLMCXR_png.tgz")
      // Without a table of projections the first picture is taken, and that is said.
      let guessed = try fetch("\(folder)/a", from: "\(folder)/from")
      #expect(
        guessed.contains {
          $0.hasPrefix("nothing tells which picture is frontal: of 1 report with several")
        })
      #expect(
        try rows("\(folder)/a", ["id", "image", "label"]) == [
          ["CXR1", "images/CXR1_1_IM-0001-4001.png", "normal"],
          ["CXR2", "images/CXR2_IM-0652-1001.png", "abnormal"],
        ])
      let table =
        "uid,filename,projection\n1,1_IM-0001-4001.dcm.png,Lateral\n"
        + "1,1_IM-0001-3001.dcm.png,Frontal\n2,2_IM-0652-1001.dcm.png,Frontal\n"
      try put(Data(table.utf8), "\(folder)/from/indiana_projections.csv")
      let told = try fetch("\(folder)/b", from: "\(folder)/from")
      #expect(!told.contains { $0.hasPrefix("nothing tells") })
      #expect(told.contains("NLMCXR_png.tgz: 3 pictures unpacked, 0 were there"))
      #expect(
        try rows("\(folder)/b", ["id", "image", "findings", "impression"]) == [
          ["CXR1", "images/CXR1_1_IM-0001-3001.png", "Findings of 1.", "Impression of 1."],
          ["CXR2", "images/CXR2_IM-0652-1001.png", "Findings of 2.", "Impression of 2."],
        ])
      #expect(try readFile("\(folder)/b/images/CXR1_1_IM-0001-3001.png") == picture(2))
      // Once more: everything is there.
      let again = try fetch("\(folder)/b", from: "\(folder)/from")
      #expect(again.contains("NLMCXR_png.tgz: 0 pictures unpacked, 3 were there"))
    }
  }

  @Test("A report that can't be read is left out and counted; the others become cases")
  func damaged() throws {
    try withTemporaryFolder { folder in
      let good = report(2, "Cardiomegaly", images: ["CXR2_IM-0652-1001"])
      try put(
        ArchiveBuilder.tar([
          (name: good.0, data: good.1), (name: "ecgen-radiology/3.xml", data: Data("<eCit".utf8)),
        ]), "\(folder)/from/NLMCXR_reports.tgz")
      try put(pictures(), "\(folder)/from/NLMCXR_png.tgz")
      let lines = try fetch("\(folder)/a", from: "\(folder)/from")
      #expect(lines.contains("left out: 1 unreadable"))
      #expect(try rows("\(folder)/a", ["id", "impression"]) == [["CXR2", "Impression of 2."]])
    }
  }

  @Test("Nothing that an archive names leads out of the folder; what is no picture is told")
  func hostile() throws {
    try withTemporaryFolder { folder in
      try put(reports, "\(folder)/from/NLMCXR_reports.tgz")
      let escaping = try pictures([
        ("../../escaped.png", picture(9)), ("/tmp/absolute-\(UUID().uuidString).png", picture(9)),
        ("page.png", Data("<html>".utf8)), ("notes.txt", Data("x".utf8)),
        (".hidden.png", picture(9)),
      ])
      let links = ArchiveBuilder.tar([("CXR9.png", Data())], kind: "2")
      // A link's header before the pictures.
      try put(links.prefix(512) + escaping, "\(folder)/from/NLMCXR_png.tgz")
      let lines = try fetch("\(folder)/a", from: "\(folder)/from")
      #expect(lines.contains { $0.contains("1 are no PNG and were left out (page.png)") })
      let names = try folderEntries("\(folder)/a/images").sorted()
      #expect(names.count == 5 && names.contains("escaped.png"))
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/escaped.png"))
      let twice = try pictures([("other/CXR2_IM-0652-1001.png", picture(7))])
      try put(twice, "\(folder)/from/NLMCXR_png.tgz")
      #expect {
        try fetch("\(folder)/b", from: "\(folder)/from")
      } throws: { "\($0)".contains("two pictures are called CXR2_IM-0652-1001.png") }
      try put(ArchiveBuilder.tar([("a.txt", Data("x".utf8))]), "\(folder)/from/NLMCXR_png.tgz")
      #expect {
        try fetch("\(folder)/c", from: "\(folder)/from")
      } throws: { "\($0)".contains("no picture is in the archive") }
    }
  }

  @Test("Kaggle's layout, and the unpacked one of the library, are linked to and read")
  func unpacked() throws {
    try withTemporaryFolder { folder in
      let kaggle = "\(folder)/kaggle"
      try put(
        Data(
          ("uid,MeSH,Problems,image,indication,comparison,findings,impression\n"
            + "1,normal,normal,x,None.,None.,Clear lungs.,Nothing.\n").utf8),
        "\(kaggle)/indiana_reports.csv")
      try put(
        Data("uid,filename,projection\n1,1_IM-0001-3001.dcm.png,Frontal\n".utf8),
        "\(kaggle)/indiana_projections.csv")
      try put(picture(4), "\(kaggle)/images/images_normalized/1_IM-0001-3001.dcm.png")
      _ = try fetch("\(folder)/a", from: kaggle)
      #expect(
        try rows("\(folder)/a", ["id", "image", "findings"]) == [
          ["CXR1", "images/1_IM-0001-3001.dcm.png", "Clear lungs."]
        ])
      unlink("\(kaggle)/indiana_projections.csv")
      #expect {
        try fetch("\(folder)/without", from: kaggle)
      } throws: { "\($0)".contains("indiana_projections.csv is not there") }
      let library = "\(folder)/library"
      let text = report(2, "Cardiomegaly", images: ["CXR2_IM-0652-1001"])
      try put(text.1, "\(library)/\(text.0)")
      try put(picture(5), "\(library)/NLMCXR_png/CXR2_IM-0652-1001.png")
      _ = try fetch("\(folder)/b", from: library)
      #expect(try rows("\(folder)/b", ["id", "label"]) == [["CXR2", "abnormal"]])
      // Nothing is unpacked into the folder of somebody's own pictures.
      try put(pictures(), "\(folder)/archives/NLMCXR_png.tgz")
      #expect {
        try fetch("\(folder)/b", from: "\(folder)/archives")
      } throws: { "\($0)".contains("leads to another folder") }
      #expect(try folderEntries("\(library)/NLMCXR_png") == ["CXR2_IM-0652-1001.png"])
      #expect {
        try fetch("\(folder)/c", from: folder + "/a/images")
      } throws: { "\($0)".contains("no reports are there") }
    }
  }

  @Test(
    "NIH's archives and table become a table with patients; without the table it says where that is"
  )
  func nih() throws {
    try withTemporaryFolder { folder in
      let from = "\(folder)/from"
      try put(
        ArchiveBuilder.tar([("images/00000001_000.png", try picture(1))]),
        "\(from)/images_001.tar.gz")
      try put(
        ArchiveBuilder.tar([("images/00000002_000.png", try picture(2))]),
        "\(from)/images_012.tar.gz")
      #expect {
        try fetch("\(folder)/a", of: .chestXray14, from: from)
      } throws: {
        "\($0)".contains("under no address of its own")
          && "\($0)".contains("Data_Entry_2017_v2020.csv")
      }
      let head =
        "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position,"
        + "OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y]\n"
      let rowsText =
        "00000001_000.png,Cardiomegaly|Mass,0,1,57,M,PA,2682,2749,0.143,0.143\n"
        + "00000002_000.png,No Finding,0,2,60,F,AP,2894,2729,0.143,0.143\n"
        + "00000003_000.png,No Finding,0,3,60,F,AP,2894,2729,0.143,0.143\n"
      try put(Data((head + rowsText).utf8), "\(from)/Data_Entry_2017_v2020.csv")
      let lines = try fetch("\(folder)/a", of: .chestXray14, from: from)
      #expect(lines.contains("left out: 1 image file missing"))
      #expect(lines.contains { $0.hasPrefix("not there: images_002.tar.gz") })
      #expect(
        try rows("\(folder)/a", ["id", "image", "findings", "label", "patient", "view"]) == [
          ["00000001_000", "images/00000001_000.png", "Cardiomegaly|Mass", "abnormal", "1", "PA"],
          ["00000002_000", "images/00000002_000.png", "No Finding", "normal", "2", "AP"],
        ])
    }
  }

  @Test("A download that is cut goes on; other bytes than those of the first time are refused")
  func download() throws {
    try withTemporaryFolder { folder in
      let archive = try pictures()
      let state = Mutex((requests: 0, changes: false))
      let server = try TestServer { request, connection in
        let name = lastName(of: request.path)
        var data = name == "NLMCXR_reports.tgz" ? reports : archive
        if state.withLock({ $0.changes }), name != "NLMCXR_reports.tgz" { data.append(0) }
        let start = request.offset ?? 0
        let cuts =
          name == "NLMCXR_png.tgz"
          && state.withLock { one -> Bool in
            one.requests += 1
            return one.requests == 1
          }
        let body = Array(data)[start...]
        let head =
          "HTTP/1.1 \(start > 0 ? "206 Partial Content" : "200 OK")\r\nETag: \"a\"\r\n"
          + (start > 0 ? "Content-Range: bytes \(start)-\(data.count - 1)/\(data.count)\r\n" : "")
          + "Content-Length: \(body.count)\r\n\r\n"
        connection.send(head)
        connection.send(cuts ? body.prefix(700) : body)
      }
      let mirror = "http://127.0.0.1:\(server.port)/collections/"
      let lines = try fetch("\(folder)/a", mirror: mirror)
      #expect(lines.contains("NLMCXR_png.tgz: 3 pictures unpacked, 0 were there"))
      #expect(server.requests.contains { $0.offset ?? 0 > 0 })
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/a/archives/NLMCXR_png.tgz"))
      // What is unpacked is not asked for again.
      let count = server.requests.count
      _ = try fetch("\(folder)/a", mirror: mirror)
      #expect(server.requests.count == count)
      // Another file under the same name, once it must be fetched again.
      unlink("\(folder)/a/.NLMCXR_png.tgz.unpacked")
      state.withLock { $0.changes = true }
      #expect {
        try fetch("\(folder)/a", mirror: mirror)
      } throws: { ($0 as? ZooError)?.code == .wrongContent }
    }
  }

  @Test(
    "A page in the archive's place is removed with its hash, so that the next try may bring the archive"
  )
  func page() throws {
    try withTemporaryFolder { folder in
      let archive = try pictures()
      let bad = Mutex("NLMCXR_reports.tgz")
      let server = try TestServer { request, connection in
        let name = lastName(of: request.path)
        let good = name == "NLMCXR_reports.tgz" ? reports : archive
        let data = name == bad.withLock { $0 } ? Data("<html>Please log in.</html>".utf8) : good
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(data.count)\r\n\r\n")
        connection.send(Array(data)[...])
      }
      let mirror = "http://127.0.0.1:\(server.port)"
      for name in ["NLMCXR_reports.tgz", "NLMCXR_png.tgz"] {
        bad.withLock { $0 = name }
        #expect {
          try fetch("\(folder)/a", mirror: mirror)
        } throws: { "\($0)".contains("is not the publisher's archive") && "\($0)".contains(name) }
      }
      bad.withLock { $0 = "" }
      #expect(
        try fetch("\(folder)/a", mirror: mirror)
          .contains("NLMCXR_png.tgz: 3 pictures unpacked, 0 were there"))
      // A picture of the same size and other bytes is written anew.
      let path = "\(folder)/a/images/CXR2_IM-0652-1001.png"
      var other = try readFile(path)
      other[other.count - 1] ^= 1
      try put(other, path)
      unlink("\(folder)/a/.NLMCXR_png.tgz.unpacked")
      #expect(
        try fetch("\(folder)/a", mirror: mirror)
          .contains("NLMCXR_png.tgz: 1 pictures unpacked, 2 were there"))
      #expect(try readFile(path) == picture(3))
      #expect(
        try fetch("\(folder)/a", mirror: mirror)
          .contains("NLMCXR_png.tgz: its 3 pictures were unpacked before"))
      // In its own folder, from its own folder.
      #expect(try fetch("\(folder)/a", from: "\(folder)/a").contains { $0.contains("2 cases") })
    }
  }

  @Test("A mirror that has not got it is told, and nothing is half made")
  func absent() throws {
    try withTemporaryFolder { folder in
      let server = try TestServer { _, connection in
        connection.send("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
      }
      #expect {
        try fetch("\(folder)/a", mirror: "http://127.0.0.1:\(server.port)")
      } throws: { "\($0)".contains("the server answered 404") }
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/a/cases.csv"))
    }
  }

  @Test("Every archive is of its publisher's server, over https")
  func addresses() throws {
    for collection in PublishedCollection.all {
      for archive in collection.archives {
        let host = try #require(URL(string: archive.url)?.host)
        #expect(archive.url.hasPrefix("https://"))
        #expect(["openi.nlm.nih.gov", "nihcc.box.com"].contains(host))
      }
      #expect(Set(collection.archives.map(\.url)).count == collection.archives.count)
    }
    #expect(PublishedCollection.chestXray14.archives.map(\.fileName).last == "images_012.tar.gz")
    #expect { try PublishedCollection.named("openi") } throws: { "\($0)".contains("open-i") }
  }
}
