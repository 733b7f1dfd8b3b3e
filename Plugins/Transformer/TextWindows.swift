/// How texts that are longer than a transformer reads at once are cut into windows of about equal length.
///
/// Each window has what stands around a text (`[CLS]`, `[SEP]`); no piece is in two of them.
struct TextWindows {
  /// Of each window its pieces' places among the rows of all texts, filled up to the longest window.
  let places: [Int32]
  /// Pieces of each window.
  let lengths: [Int]
  /// Places of the longest window.
  let longest: Int
  /// The windows of each text.
  let windows: [Range<Int>]
  /// Of each text the rows of its pieces, in their order, among the windows' rows.
  let rows: [[Int32]]

  /// Windows of at most `capacity` pieces, those around included, of texts of so many pieces that lie `stride` rows apart;
  /// nil where every text is short enough.
  init?(lengths texts: [Int], stride: Int, capacity: Int, around: (before: Int, behind: Int)) {
    guard texts.contains(where: { $0 > capacity }) else { return nil }
    var cuts: [(text: Int, pieces: [Int])] = []
    var windows: [Range<Int>] = []
    for (text, length) in texts.enumerated() {
      let first = cuts.count
      if length <= capacity {
        cuts.append((text, Array(0..<length)))
      } else {
        let inner = length - around.before - around.behind
        let most = capacity - around.before - around.behind
        let count = (inner + most - 1) / most
        for window in 0..<count {
          let from = around.before + window * inner / count
          let to = around.before + (window + 1) * inner / count
          cuts.append(
            (
              text,
              Array(0..<around.before) + Array(from..<to)
                + Array(length - around.behind..<length)
            ))
        }
      }
      windows.append(first..<cuts.count)
    }
    let longest = cuts.map(\.pieces.count).max() ?? 1
    self.longest = longest
    self.windows = windows
    lengths = cuts.map(\.pieces.count)
    places = cuts.flatMap { cut in
      // What fills up is read by none.
      (0..<longest).map { index in
        Int32(cut.text * stride + (index < cut.pieces.count ? cut.pieces[index] : 0))
      }
    }
    rows = windows.enumerated().map { text, range in
      var rows = [Int32](repeating: 0, count: texts[text])
      // Of what stands around, the first window's beginning and the last one's end.
      for window in range {
        for (place, piece) in cuts[window].pieces.enumerated() {
          let isAgain =
            (piece < around.before && window > range.lowerBound)
            || (piece >= texts[text] - around.behind && window < range.upperBound - 1)
          if !isAgain { rows[piece] = Int32(window * longest + place) }
        }
      }
      return rows
    }
  }

  /// The windows of each text, its first one again where others have more, and how many count.
  var ofTexts: (indices: [Int32], counts: [Int]) {
    let most = windows.map(\.count).max() ?? 1
    return (
      windows.flatMap { range in
        (0..<most).map { Int32($0 < range.count ? range.lowerBound + $0 : range.lowerBound) }
      }, windows.map(\.count)
    )
  }
}
