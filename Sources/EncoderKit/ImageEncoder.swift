/// A network that turns images into features, as a row of stages.
///
/// Each stage takes what the one before it made: the first the images `[batch, height, width,
/// channels]`, normalised as the specification says; the last gives the features `[batch,
/// featureWidth]`. Freezing, cached features and maps of an inner stage all follow from this row.
public protocol ImageEncoder {
  /// The width of the features.
  var featureWidth: Int { get }

  /// The stages in order; every parameter belongs to exactly one.
  var stages: [EncoderStage] { get }

  /// Runs one stage.
  ///
  /// - Precondition: `stage` is an index of `stages`.
  func run(stage: Int, on x: Tensor, _ pass: inout Forward) -> Tensor
}

extension ImageEncoder {
  /// The features of images: `[batch, height, width, channels]` to `[batch, featureWidth]`.
  public func features(_ images: Tensor, _ pass: inout Forward) -> Tensor {
    features(from: 0, of: images, &pass)
  }

  /// The features from the output of the stage before `first`, or from images where that is 0.
  public func features(from first: Int, of x: Tensor, _ pass: inout Forward) -> Tensor {
    self.run(stages: first..<stages.count, on: x, &pass)
  }

  /// Runs stages in their order.
  ///
  /// Without gradients, a batch goes through all but the encoder's last stage a few images at a
  /// time, so that what a stage makes is still in the processor's cache when the next reads it;
  /// more at a time where maps have become small and weights are many.
  package func run(stages range: Range<Int>, on x: Tensor, _ pass: inout Forward) -> Tensor {
    // The last stage may hold most of the weights (VGG's hidden layers): it reads them once.
    let end = min(range.upperBound, stages.count - 1)
    var x = x
    var next = range.lowerBound
    if next < end, x.shape[0] > 0 {
      let few = min(pass.imagesAtATime(x.shape), x.shape[0])
      var queues = [BatchQueue(before: next, atATime: few)]
      for start in stride(from: 0, to: x.shape[0], by: few) {
        queues[0].waiting.append(pass.images(start..<min(start + few, x.shape[0]), of: x))
        advance(from: 0, of: &queues, to: end, batch: x.shape[0], &pass)
      }
      // Some wait for more, which do not come.
      var index = 1
      while queues[index].stage < end {
        advance(from: index, of: &queues, to: end, batch: x.shape[0], &pass)
        index += 1
      }
      if let joined = queues[index].waiting.take(pass) { (x, next) = (joined, end) }
    }
    for stage in next..<range.upperBound { x = self.run(stage: stage, on: x, &pass) }
    return x
  }

  /// Runs stages on the images that wait, up to a queue where more go on together.
  private func advance(
    from index: Int, of queues: inout [BatchQueue], to end: Int, batch: Int, _ pass: inout Forward
  ) {
    let few = queues[index].atATime
    guard queues[index].stage < end, var x = queues[index].waiting.take(pass) else { return }
    var (stage, more) = (queues[index].stage, few)
    repeat {
      x = self.run(stage: stage, on: x, &pass)
      stage += 1
      more = stage == end ? batch : min(batch, max(few, pass.smallMapsAtATime(x.shape)))
    } while stage < end && more == few
    if index + 1 == queues.count { queues.append(BatchQueue(before: stage, atATime: more)) }
    if queues[index + 1].waiting.count + x.shape[0] > more {
      advance(from: index + 1, of: &queues, to: end, batch: batch, &pass)
    }
    queues[index + 1].waiting.append(x)
    if queues[index + 1].waiting.count == more {
      advance(from: index + 1, of: &queues, to: end, batch: batch, &pass)
    }
  }

  /// The output of every stage, in order; maps are `[batch, height', width', channels']`.
  public func stageOutputs(_ images: Tensor, _ pass: inout Forward) -> [Tensor] {
    var outputs: [Tensor] = []
    for stage in stages.indices {
      outputs.append(self.run(stage: stage, on: outputs.last ?? images, &pass))
    }
    return outputs
  }
}

/// Where images wait until as many are there as go on together.
private struct BatchQueue {
  let stage: Int
  let atATime: Int
  var waiting: JoinedBatch

  init(before stage: Int, atATime: Int) {
    (self.stage, self.atATime) = (stage, atATime)
    waiting = JoinedBatch(atMost: atATime)
  }
}

/// What images an encoder will be given.
public struct ImageInput: Sendable, Equatable {
  /// Height and width in pixels.
  public let size: Int
  /// 1 for grey, 3 for colour.
  public let channels: Int

  /// Square images of a size and a number of channels.
  public init(size: Int, channels: Int) {
    self.size = size
    self.channels = channels
  }
}

/// A named image encoder that can be built: an entry of a plugin.
public protocol ImageEncoderEntry: EncoderEntry {
  /// Builds the encoder, taking every parameter from the scope.
  ///
  /// Options not understood are refused by `options.finish()`.
  ///
  /// - Throws: `ZooError` for unknown or impossible options, an input that is too small, or saved
  ///   weights that do not fit.
  func make(options: JSONObject, input: ImageInput, scope: Scope) throws -> any ImageEncoder
}
