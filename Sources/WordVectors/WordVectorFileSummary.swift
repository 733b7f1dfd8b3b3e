/// What reading a file of word vectors found, beside the vectors.
public struct WordVectorFileSummary: Sendable, Equatable {
  /// The file.
  public let path: String
  /// The format it was read as.
  public let format: WordVectorFormat
  /// The words in the file, duplicates included; each is a line where the format has lines.
  public let wordsInFile: Int
  /// The different words that were asked for, or nil when all were.
  public let wanted: Int?
  /// The different words that were found among those asked for.
  public let found: Int
  /// Later occurrences of a word that was kept; the first one counts.
  public let duplicates: Int
  /// Lines whose word contains spaces, wanted or not; always 0 in binary files.
  public let wordsWithSpaces: Int
  /// Words that are no UTF-8, such as one that was cut within a letter; they are left out.
  public let brokenWords: Int

  /// One sentence with all of it.
  public var text: String {
    var text = "\(path): \(format.title), \(wordsInFile) words, "
    text += wanted.map { "\(found) of \($0) wanted ones found" } ?? "all \(found) kept"
    if duplicates > 0 { text += ", \(duplicates) duplicates ignored" }
    if wordsWithSpaces > 0 { text += ", \(wordsWithSpaces) words with spaces" }
    if let broken { text += ", \(broken)" }
    return text
  }

  /// What is said of words that are no UTF-8; nil where there are none.
  public var broken: String? {
    guard brokenWords > 0 else { return nil }
    return brokenWords == 1
      ? "1 word is no UTF-8 and left out" : "\(brokenWords) words are no UTF-8 and left out"
  }
}
