import Basics
import Testing

@Suite("The folder of a path")
struct ParentFolderTests {
  @Test(
    "A name has none, however short it is",
    arguments: [
      ("t", ""), ("t/", ""), ("", ""), ("table.csv", ""), ("d/t", "d"), ("d/t/", "d"),
      ("/t", "/"), ("/", "/"), ("//", "/"), ("/a/b", "/a"), ("../t", ".."), (".", ""),
    ])
  func folders(path: String, folder: String) {
    #expect(parentFolder(of: path) == folder)
  }
}
