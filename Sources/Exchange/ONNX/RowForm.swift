/// How what a step made of texts stands in the graph, where every text has as many places as the longest.
enum RowForm: Equatable {
  /// Rows of packed texts; `[batch, words, width]` in the graph.
  case packed
  /// Texts word by word, `[batch, words, width]`, in both.
  case apart
  /// The rows of such texts one behind the other; they stay apart in the graph.
  case flat
  /// A text in one row, words of this width side by side; they stay apart in the graph.
  case joined(width: Int)
  /// A row for each place of a text, `[words, width]`, the same for every text.
  case places
  /// Such rows side by side; they stay apart in the graph.
  case joinedPlaces(width: Int)

  /// Whether the last axis is a word's width, as in the graph.
  var hasRows: Bool {
    switch self {
    case .packed, .apart, .flat, .places: true
    case .joined, .joinedPlaces: false
    }
  }
}
