import Testing

@testable import Basics

@Suite("Names of paths")
struct PathNameTests {
  @Test(
    "A path's folder and last name, of one character too",
    arguments: [
      ("a/b", "a", "b"), ("t", "", "t"), ("ab", "", "ab"), ("/", "/", "/"), ("", "", ""),
      ("/a", "/", "a"), ("a/b/", "a", "b"), ("a//b", "a", "b"), ("//a", "/", "a"),
      ("./a", ".", "a"),
      ("/a/b.c", "/a", "b.c"), ("é/ü", "é", "ü"),
    ])
  func parts(path: String, folder: String, name: String) {
    #expect(parentFolder(of: path) == folder)
    #expect(lastName(of: path) == name)
  }

  @Test(
    "A name without its extension",
    arguments: [
      ("a.csv", "a"), ("a.tar.gz", "a.tar"), ("a", "a"), (".hidden", ".hidden"), ("a.", "a."),
      ("t", "t"), ("a.b/c", "a.b/c"),
    ])
  func stems(name: String, stem: String) { #expect(withoutExtension(name) == stem) }
}
