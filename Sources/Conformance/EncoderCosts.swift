import EncoderKit

/// What an encoder costs: its size, its work, its time and memory on this machine.
package struct EncoderCosts: Sendable, Equatable {
  /// The width of the features.
  package let featureWidth: Int
  /// Trainable values.
  package let parameters: Int
  /// Multiply-adds of one sample's forward pass.
  package let multiplyAdds: Int
  /// Samples a second, one at a time, in evaluation.
  package let alone: Double
  /// Samples a second in batches of eight, in evaluation.
  package let batched: Double
  /// Samples a second in batches of eight, forward and back, in training.
  package let trained: Double
  /// The most bytes of tensors at once in such a training step, the parameters included.
  package let trainingBytes: Int
  /// The side of the images; nil for texts.
  package let size: Int?
}

extension EncoderConformance {
  /// Measures an encoder of images at its own size.
  ///
  /// - Throws: `ZooError` where it can't be built.
  package func costs(_ entry: any ImageEncoderEntry) throws -> EncoderCosts {
    let (size, channels) = (
      entry.description.image?.size ?? 224, entry.description.image?.channels ?? 3
    )
    let store = ParameterStore(random: RandomStream(seed: 1))
    let encoder = try entry.makeNamed(
      options: settings.options.object(), input: ImageInput(size: size, channels: channels),
      scope: Scope(store))
    let images = projection([8, size, size, channels])
    let one = Tensor(
      Array(images.values.prefix(size * size * channels)), shape: [1, size, size, channels])
    return measured(store, size: size) { count, pass in
      encoder.features(count == 1 ? one : images, &pass)
    }
  }

  /// Measures an encoder of texts over texts of sixty words.
  ///
  /// - Throws: `ZooError` where it can't be built.
  package func costs(_ entry: any TextEncoderEntry) throws -> EncoderCosts {
    let subject = try TextSubject(entry, settings)
    let store = ParameterStore(random: RandomStream(seed: 1))
    let encoder = try entry.makeNamed(
      options: settings.options.object(), preparation: subject.preparation, scope: Scope(store))
    let words = TextSubject.corpus.flatMap { $0 }.prefix(60)
    let text = subject.indices(of: Array(words))
    return measured(store, size: nil) { count, pass in
      encoder.features([[Int32]](repeating: text, count: count), &pass)
    }
  }

  private func measured(
    _ store: ParameterStore, size: Int?, _ features: @escaping (Int, inout Forward) -> Tensor
  ) -> EncoderCosts {
    let count = OperationCount()
    var counted = makePass(.evaluation)
    counted.operations = count
    let first = features(1, &counted)
    _ = first.values
    func evaluate(_ samples: Int) {
      var pass = makePass(.evaluation)
      _ = features(samples, &pass).values
    }
    func train() {
      let tape = Tape()
      var pass = makePass(.training, tape: tape)
      let y = features(8, &pass)
      tape.backward(from: y, gradient: projection(y.shape))
      for parameter in store.parameters { _ = parameter.node.take() }
    }
    let (alone, batched) = (seconds { evaluate(1) }, seconds { evaluate(8) })
    train()
    MemoryPool.shared.resetPeak()
    let trained = seconds { train() }
    return EncoderCosts(
      featureWidth: first.channels, parameters: store.parameterCount,
      multiplyAdds: count.multiplyAdds, alone: 1 / alone,
      batched: 8 / batched, trained: 8 / trained,
      trainingBytes: MemoryPool.shared.usage.peak, size: size)
  }

  /// The median of three runs, each repeated for a tenth of a second, after one that warms up; one run
  /// where that took more than half a second.
  private func seconds(_ body: () -> Void) -> Double {
    func timed(_ least: Duration) -> Double {
      let clock = ContinuousClock()
      let start = clock.now
      var runs = 0
      repeat {
        body()
        runs += 1
      } while clock.now - start < least
      let spent = (clock.now - start).components
      return (Double(spent.seconds) + Double(spent.attoseconds) * 1e-18) / Double(runs)
    }
    if timed(.zero) > 0.5 { return timed(.zero) }
    return (0..<3).map { _ in timed(.milliseconds(100)) }.sorted()[1]
  }
}
