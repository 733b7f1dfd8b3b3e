import CKernels
import EncoderKit

/// A cell of an alias table: its own word below the threshold, else another.
typealias AliasCell = ez_alias_cell

/// The inner loops in C behind names of our own: the one file that knows where they come from.
enum WordKernels {
  /// The most tokens that `WordTrainer.train` takes at a time.
  static var block: Int { ez_words_block() }

  /// How many centre words take their gradients before the first of them moves anything.
  static var group: Int { ez_words_group() }

  /// The distance between rows: the dimension rounded up to whole vectors.
  static func stride(_ dimension: Int) -> Int { ez_words_stride(dimension) }

  /// A cell that keeps its own word below the threshold and else gives that of the cell `other`.
  static func cell(threshold: UInt32, other: Int) -> AliasCell {
    AliasCell(threshold: threshold, other: Int32(other))
  }

  /// What a cell holds.
  static func parts(of cell: AliasCell) -> (threshold: UInt32, other: Int) {
    (cell.threshold, Int(cell.other))
  }

  /// Draws `count` words from a noise table.
  static func drawNoise(_ table: NoiseTable, key: UInt64, count: Int) -> [Int32] {
    [Int32](unsafeUninitializedCapacity: count) { buffer, initialized in
      table.cells.withUnsafeBufferPointer { cells in
        guard let cellBase = cells.baseAddress, let base = buffer.baseAddress else { return }
        ez_words_draw_noise(cellBase, cells.count, key, base, count)
        initialized = count
      }
    }
  }

  /// Runs `body` with a trainer whose arrays live as long as the call.
  ///
  /// - Parameters:
  ///   - tokens: the corpus, piece after piece.
  ///   - starts: the offset of each piece in `tokens`, and the number of tokens at the end.
  ///   - keep: for each row of the vocabulary the largest random number at which a token stays.
  ///   - noise: the words to draw negatives from.
  ///   - options: model, sizes and rates.
  ///   - key: of the random numbers of training.
  ///   - threads: the most threads to use.
  ///   - body: what is done with the trainer, which must not outlive it.
  /// - Returns: what `body` returns.
  /// - Throws: what `body` throws, or `ZooError` of code `.system` when memory is short.
  static func withTrainer<Result>(
    tokens: [Int32], starts: [Int], keep: [UInt32], noise: NoiseTable, options: Word2VecOptions,
    key: UInt64, threads: Int, _ body: (WordTrainer) throws -> Result
  ) throws -> Result {
    try tokens.withUnsafeBufferPointer { tokens in
      try starts.withUnsafeBufferPointer { offsets in
        try keep.withUnsafeBufferPointer { keep in
          try noise.cells.withUnsafeBufferPointer { cells in
            guard let tokenBase = tokens.baseAddress, let startBase = offsets.baseAddress,
              let keepBase = keep.baseAddress, let cellBase = cells.baseAddress
            else { preconditionFailure("a trainer needs tokens and words") }
            var words = ez_words(
              key: key, dimension: options.dimension, rows: keep.count, window: options.window,
              negatives: options.negatives, epochs: options.epochs,
              first_rate: Float(options.learningRate),
              last_rate: Float(options.minimumLearningRate), cbow: options.model == .cbow ? 1 : 0,
              racing: options.racing ? 1 : 0, tokens: tokenBase, token_count: tokens.count,
              starts: startBase, piece_count: starts.count - 1, keep: keepBase, noise: cellBase)
            guard let trainer = ez_words_create(&words, Int32(clamping: threads)) else {
              throw ZooError(
                .system,
                "no memory for two tables of \(keep.count) vectors of \(options.dimension)",
                advice: "keep fewer words (maximumSize, minimumCount) or a smaller dimension")
            }
            defer { ez_words_destroy(trainer) }
            return try body(
              WordTrainer(trainer: trainer, rows: keep.count, dimension: options.dimension))
          }
        }
      }
    }
  }
}

/// The vectors in training: two tables of `[rows, stride]`.
struct WordTrainer {
  fileprivate let trainer: OpaquePointer
  fileprivate let rows: Int
  fileprivate let dimension: Int

  /// The table of input vectors, which become the word vectors.
  var inputs: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(
      start: ez_words_inputs(trainer), count: rows * WordKernels.stride(dimension))
  }

  /// The table of output vectors, used in training alone.
  var outputs: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(
      start: ez_words_outputs(trainer), count: rows * WordKernels.stride(dimension))
  }

  /// Fills an input vector with values uniform in (−1, 1) / dimension, by key and row alone.
  func drawRow(_ row: Int, key: UInt64) {
    let stride = WordKernels.stride(dimension)
    precondition(row >= 0 && row < rows, "row \(row) of \(rows)")
    ez_words_draw_row(key, row, dimension, ez_words_inputs(trainer) + row * stride)
  }

  /// Trains on consecutive pieces of at most `WordKernels.block` tokens together.
  func train(epoch: Int, pieces: Range<Int>) {
    ez_words_train(trainer, epoch, pieces.lowerBound, pieces.upperBound)
  }
}
