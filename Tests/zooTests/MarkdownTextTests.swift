import Testing

@testable import Packaging

@Suite("Texts of people's in a bundle's card")
struct MarkdownTextTests {
  @Test(
    "A text is read as itself, whatever signs it holds",
    arguments: [
      ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
      ("a | b", "a \\| b"), ("line\n# head", "line # head"), ("# head", "\\# head"),
      ("`code`", "\\`code\\`"), ("[link](javascript:x)", "\\[link\\](javascript:x)"),
      ("*bold* and _thin_", "\\*bold\\* and \\_thin\\_"), ("phantom_words", "phantom_words"),
      ("AT&T &lt;", "AT&amp;T &amp;lt;"), ("1. item", "1\\. item"), ("0.5 of 3", "0.5 of 3"),
      ("- item", "\\- item"), ("T-shirt", "T-shirt"), ("a\\b", "a\\\\b"),
      ("![x](y)", "!\\[x\\](y)"),
      ("a\u{2028}b\u{7}c", "a b c"), ("Erguß, 胸水", "Erguß, 胸水"),
    ])
  func plain(text: String, written: String) { #expect(MarkdownText.plain(text) == written) }

  @Test("Code keeps within its fence and its cell")
  func code() {
    #expect(MarkdownText.code("{\"a\": 1}") == "`{\"a\": 1}`")
    #expect(MarkdownText.code("a`b|c\nd") == "``a`b\\|c d``")
    #expect(MarkdownText.code("`") == "`` ` ``")
  }
}
