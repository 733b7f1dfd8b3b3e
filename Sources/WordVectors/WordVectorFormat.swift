/// The kinds of files that hold word vectors.
public enum WordVectorFormat: String, Sendable, CaseIterable {
  /// Stanford's text: no header, `word v1 … vD` a line (https://nlp.stanford.edu/projects/glove/).
  case gloveText = "glove-text"
  /// The text of word2vec's C tool: a header `V D`, then `word v1 … vD` a line.
  case word2vecText = "word2vec-text"
  /// The binary of word2vec's C tool: a header `V D`, then word, space, D little-endian floats.
  case word2vecBinary = "word2vec-binary"

  /// The name for people.
  public var title: String {
    switch self {
    case .gloveText: "GloVe text"
    case .word2vecText: "word2vec text"
    case .word2vecBinary: "word2vec binary"
    }
  }
}
