#if ENCODERZOO_ONEDNN
  import CKernels
  import COneDNN

  /// Convolutions by oneDNN (version 2's C interface); depthwise ones are loops of our own.
  ///
  /// Images stay channels-last; weights are reordered once into the
  /// layout each primitive prefers. Primitives are kept by shape, since making one costs
  /// milliseconds; their scratch memory is one shared buffer, since only one runs at a time.
  package final class OneDNNKernels: Kernels {
    package let name = "oneDNN"
    package let hasFastWindows = true

    let engine: dnnl_engine_t
    let stream: dnnl_stream_t
    private var primitives: [ConvolutionKey: ConvolutionPrimitive] = [:]
    private var scratch = Storage(count: 16)

    /// The library with its version, such as `oneDNN 2.6.3`.
    package var library: String {
      guard let version = dnnl_version()?.pointee else { return "oneDNN" }
      return "oneDNN \(version.major).\(version.minor).\(version.patch)"
    }

    /// Nil when the library can't be started on this machine.
    package init?() {
      var engine: dnnl_engine_t?
      var stream: dnnl_stream_t?
      guard dnnl_engine_create(&engine, dnnl_cpu, 0) == dnnl_success, let engine,
        dnnl_stream_create(&stream, engine, dnnl_stream_default_flags.rawValue) == dnnl_success,
        let stream
      else { return nil }
      self.engine = engine
      self.stream = stream
    }

    deinit {
      primitives = [:]
      dnnl_stream_destroy(stream)
      dnnl_engine_destroy(engine)
    }

    package func run(_ work: consuming LazyConvolution) -> Tensor {
      work.window.isDepthwise(work.input.shape, channels: work.weights.shape[0])
        ? DepthwiseConvolution.run(work) : runSteps(work)
    }

    private func primitive(_ key: ConvolutionKey) -> ConvolutionPrimitive {
      if let kept = primitives[key] { return kept }
      let made = ConvolutionPrimitive(key, engine)
      primitives[key] = made
      return made
    }

    /// Memory for one primitive's temporary results.
    func scratchpad(_ bytes: Int) -> Storage {
      if scratch.count * 4 < bytes { scratch = Storage(count: (bytes + 3) / 4) }
      return scratch
    }

    package func convolution(_ x: Tensor, _ weights: Tensor, bias: Tensor?, _ window: Window)
      -> Tensor
    {
      if window.isDepthwise(x.shape, channels: weights.shape[0]) {
        return DepthwiseConvolution.run(x, weights, bias: bias, window)
      }
      let shape = window.outputShape(x.shape, channels: weights.shape[0])
      let run = primitive(
        ConvolutionKey(
          kind: .forward, input: x.shape, channels: weights.shape[0], window: window,
          hasBias: bias != nil))
      let blocked = reordered(weights, for: run)
      let output = Tensor(shape, from: x, blocked, bias) { output, x, weights, bias in
        run.execute(
          self,
          [
            .init(DNNL_ARG_SRC, run.input, x), .init(DNNL_ARG_WEIGHTS, run.weights, weights),
            .init(DNNL_ARG_DST, run.output, output),
          ] + (bias.map { [.init(DNNL_ARG_BIAS, run.bias, $0)] } ?? []))
      }
      Profile.lap("oneDNN", input: x.shape, channels: weights.shape[0], window)
      return output
    }

    package func convolutionInputGradient(
      _ dy: Tensor, _ weights: Tensor, inputShape: [Int], _ window: Window
    ) -> Tensor {
      if window.isDepthwise(inputShape, channels: weights.shape[0]) {
        return DepthwiseConvolution.inputGradient(dy, weights, inputShape: inputShape, window)
      }
      let run = primitive(
        ConvolutionKey(
          kind: .inputGradient, input: inputShape, channels: weights.shape[0], window: window,
          hasBias: false))
      let blocked = reordered(weights, for: run)
      let dx = Tensor(inputShape, from: dy, blocked) { dx, dy, weights in
        run.execute(
          self,
          [
            .init(DNNL_ARG_DIFF_DST, run.output, dy), .init(DNNL_ARG_WEIGHTS, run.weights, weights),
            .init(DNNL_ARG_DIFF_SRC, run.input, dx),
          ])
      }
      Profile.lap("oneDNN, input gradient", input: inputShape, channels: dy.channels, window)
      return dx
    }

    package func convolutionWeightGradient(
      _ x: Tensor, _ dy: Tensor, weightShape: [Int], hasBias: Bool, _ window: Window
    ) -> (weights: Tensor, bias: Tensor?) {
      if window.isDepthwise(x.shape, channels: weightShape[0]) {
        return DepthwiseConvolution.weightGradient(
          x, dy, weightShape: weightShape, hasBias: hasBias, window)
      }
      if window.isPointwise, window.stride > 1 {
        return stridedWeightGradient(x, dy, weightShape: weightShape, hasBias: hasBias, window)
      }
      let run = primitive(
        ConvolutionKey(
          kind: .weightGradient, input: x.shape, channels: weightShape[0], window: window,
          hasBias: hasBias))
      let bias = hasBias ? Tensor(uninitialized: [weightShape[0]]) : nil
      let blocked = run.weightsArePlain ? nil : Storage(count: (run.weightBytes + 3) / 4)
      let gradient = Tensor(weightShape, from: x, dy, bias?.writable, blocked) {
        gradient, x, dy, bias, blocked in
        run.execute(
          self,
          [
            .init(DNNL_ARG_SRC, run.input, x), .init(DNNL_ARG_DIFF_DST, run.output, dy),
            .init(DNNL_ARG_DIFF_WEIGHTS, run.weights, blocked ?? gradient),
          ] + (bias.map { [.init(DNNL_ARG_DIFF_BIAS, run.bias, $0)] } ?? []))
        if let blocked { run.toPlain(self, blocked, gradient) }
      }
      Profile.lap("oneDNN, weight gradient", input: x.shape, channels: weightShape[0], window)
      return (gradient, bias)
    }

    /// The gradient with respect to the weights of a 1×1 convolution with a stride.
    ///
    /// Never the library's own: version 2.6.3 writes behind its scratch memory where an image has fewer
    /// than 16 channels (AVX-512), or 8 (AVX2), where it also gives wrong sums or never ends; see
    /// docs/results.md. So the places that are read are gathered, and their gradient is a product.
    private func stridedWeightGradient(
      _ x: Tensor, _ dy: Tensor, weightShape: [Int], hasBias: Bool, _ window: Window
    ) -> (weights: Tensor, bias: Tensor?) {
      var geometry = window.geometry(x.shape, channels: weightShape[0])
      let size = x.shape.dropFirst().reduce(1, *)
      let width = dy.shape[1] * dy.shape[2] * x.channels
      let gathered = Tensor(dy.shape.dropLast() + [x.channels], from: x) { gathered, images in
        for sample in 0..<x.shape[0] {
          ez_im2col(images + sample * size, &geometry, gathered + sample * width)
        }
      }
      return convolutionWeightGradient(
        gathered, dy, weightShape: weightShape, hasBias: hasBias,
        Window(height: 1, width: 1, stride: 1, padding: 0))
    }

    private func reordered(_ weights: Tensor, for run: ConvolutionPrimitive) -> Storage {
      if run.weightsArePlain { return weights.content.materialized() }
      let key = ObjectIdentifier(run)
      if let kept = weights.content.cache.reordered[key], kept.owner === run { return kept.storage }
      let blocked = Storage(count: (run.weightBytes + 3) / 4)
      withElements(weights, blocked) { run.fromPlain(self, $0, $1) }
      weights.content.cache.reordered[key] = Reordered(owner: run, storage: blocked)
      return blocked
    }
  }
#endif
