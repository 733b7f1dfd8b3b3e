import EncoderKit

/// Trains word vectors by skip-gram or CBOW with negative sampling.
///
/// Mikolov et al. 2013, https://arxiv.org/abs/1301.3781 and https://arxiv.org/abs/1310.4546. It
/// departs from word2vec.c in that the words of a window share their negatives (Ji et al. 2016,
/// https://arxiv.org/abs/1604.04661; in CBOW they do anyway), and that the gradients of sixteen centre
/// words are taken before the first of them moves anything. The same seed gives the same vectors to
/// the last bit whatever the thread count, unless `options.racing`; on another kind of processor
/// the last bits may differ.
///
/// Padding and unknown tokens of the corpus are left out before windows are drawn. The vector of
/// padding is zero. That of unknown is the mean over the rarest tenth of the words, at least one:
/// a word never seen is most like those seldom seen.
///
/// - Parameters:
///   - corpus: documents as vocabulary indices; no context reaches over a document's end.
///   - vocabulary: the words and their counts, by which words are thinned out and negatives drawn.
///   - options: model, sizes and rates.
///   - threads: how many threads to use; more than one for each 80 columns, or four, don't help.
///   - initial: vectors to go on from; what is not given is drawn as usual. Nil draws all.
///   - progress: called about every 16,000 tokens with the share done in 0…1; returning false ends
///     the training, and the vectors are returned as they stand.
/// - Returns: vectors `[vocabulary.count, dimension]`, row-major.
/// - Throws: `ZooError` of code `.badValue` for options, indices or initial vectors out of range,
///   `.notFinite` when the vectors diverge, `.system` when memory is short.
package func trainWordVectors(
  corpus: [[Int32]], vocabulary: Vocabulary, options: Word2VecOptions, threads: Int,
  startingFrom initial: GivenVectors? = nil, progress: (Double) -> Bool = { _ in true }
) throws -> [Float] {
  try options.validate()
  let rows = vocabulary.count
  if let initial,
    initial.values.count != rows * options.dimension || initial.isGiven.count != rows
  {
    throw ZooError(
      .badValue,
      "the initial vectors hold \(initial.values.count) numbers for \(initial.isGiven.count) words; "
        + "expected \(rows) × \(options.dimension)")
  }
  let documents = try TrainingCorpus(
    corpus, vocabularySize: rows, blockSize: WordKernels.block)
  guard rows > 2, !documents.tokens.isEmpty else {
    throw ZooError(
      .badValue,
      "there is nothing to train on: \(rows - 2) words, \(documents.tokens.count) tokens",
      advice: "give more text or lower the minimum count")
  }
  var stream = RandomStream(seed: options.seed).derived("word2vec")
  let (trainingKey, startKey) = (stream.next(), stream.next())
  let known = vocabulary.counts.dropFirst(2).reduce(0, +)
  let keep = vocabulary.counts.map {
    keepThreshold(keepProbability(count: $0, total: known, threshold: options.subsampling))
  }
  return try WordKernels.withTrainer(
    tokens: documents.tokens, starts: documents.starts, keep: keep,
    noise: NoiseTable(counts: vocabulary.counts, exponent: options.noiseExponent),
    options: options, key: trainingKey, threads: threads
  ) { trainer in
    start(trainer, rows: rows, dimension: options.dimension, from: initial, key: startKey)
    run(trainer, documents, epochs: options.epochs, progress: progress)
    let vectors = finish(trainer, rows: rows, dimension: options.dimension)
    guard vectors.allSatisfy(\.isFinite) else {
      throw ZooError(
        .notFinite, "the word vectors diverged: they hold values that are not finite",
        advice: initial == nil
          ? "lower the learning rate (it is \(options.learningRate))"
          : "check the initial vectors, or lower the learning rate (\(options.learningRate))")
    }
    return vectors
  }
}

/// Sets the input vectors: those given, and drawn ones where none are.
private func start(
  _ trainer: WordTrainer, rows: Int, dimension: Int, from initial: GivenVectors?, key: UInt64
) {
  let width = WordKernels.stride(dimension)
  let inputs = trainer.inputs
  for row in 2..<rows {
    if let initial, initial.isGiven[row] {
      let given = initial.values[row * dimension..<(row + 1) * dimension]
      for (column, value) in given.enumerated() { inputs[row * width + column] = value }
    } else {
      trainer.drawRow(row, key: key)
    }
  }
}

private func run(
  _ trainer: WordTrainer, _ documents: TrainingCorpus, epochs: Int,
  progress: (Double) -> Bool
) {
  let all = Double(epochs) * Double(documents.tokens.count)
  for epoch in 0..<epochs {
    for block in documents.blocks {
      trainer.train(epoch: epoch, pieces: block)
      let done =
        Double(epoch) * Double(documents.tokens.count)
        + Double(documents.starts[block.upperBound])
      if !progress(done / all) { return }
    }
  }
}

/// The vectors without the padding of rows, and those of padding and unknown.
private func finish(_ trainer: WordTrainer, rows: Int, dimension: Int) -> [Float] {
  let width = WordKernels.stride(dimension)
  let inputs = trainer.inputs
  var vectors = [Float](repeating: 0, count: rows * dimension)
  vectors.withUnsafeMutableBufferPointer { vectors in
    for row in 2..<rows {
      for column in 0..<dimension {
        vectors[row * dimension + column] = inputs[row * width + column]
      }
    }
    let rare = max(1, (rows - 2) / 10)
    for column in 0..<dimension {
      var sum = 0.0
      for row in (rows - rare)..<rows { sum += Double(vectors[row * dimension + column]) }
      vectors[dimension + column] = Float(sum / Double(rare))
    }
  }
  return vectors
}
