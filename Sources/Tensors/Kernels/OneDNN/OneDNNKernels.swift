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

    private func primitive(_ key: ConvolutionKey) -> ConvolutionPrimitive {
      if let kept = primitives[key] { return kept }
      let made = ConvolutionPrimitive(key, engine)
      primitives[key] = made
      return made
    }

    /// Memory for one primitive's temporary results.
    func scratchpad(_ bytes: Int) -> UnsafeMutableRawPointer {
      if scratch.count * 4 < bytes { scratch = Storage(count: (bytes + 3) / 4) }
      return scratch.bytes
    }

    package func convolution(_ x: Tensor, _ weights: Tensor, bias: Tensor?, _ window: Window)
      -> Tensor
    {
      if window.isDepthwise(x.shape, channels: weights.shape[0]) {
        return DepthwiseConvolution.run(x, weights, bias: bias, window)
      }
      let shape = window.outputShape(x.shape, channels: weights.shape[0])
      let output = Tensor(uninitialized: shape)
      let run = primitive(
        ConvolutionKey(
          kind: .forward, input: x.shape, channels: weights.shape[0], window: window,
          hasBias: bias != nil))
      let lying = reordered(weights, for: run)
      run.execute(
        self,
        [
          (DNNL_ARG_SRC, run.input, x.storage.bytes),
          (DNNL_ARG_WEIGHTS, run.weights, lying.bytes),
          (DNNL_ARG_DST, run.output, output.storage.bytes),
        ] + (bias.map { [(DNNL_ARG_BIAS, run.bias, $0.storage.bytes)] } ?? []))
      Profile.lap("oneDNN", input: x.shape, channels: weights.shape[0], window)
      return output
    }

    package func convolutionInputGradient(
      _ dy: Tensor, _ weights: Tensor, inputShape: [Int], _ window: Window
    ) -> Tensor {
      if window.isDepthwise(inputShape, channels: weights.shape[0]) {
        return DepthwiseConvolution.inputGradient(dy, weights, inputShape: inputShape, window)
      }
      let dx = Tensor(uninitialized: inputShape)
      let run = primitive(
        ConvolutionKey(
          kind: .inputGradient, input: inputShape, channels: weights.shape[0], window: window,
          hasBias: false))
      let lying = reordered(weights, for: run)
      run.execute(
        self,
        [
          (DNNL_ARG_DIFF_DST, run.output, dy.storage.bytes),
          (DNNL_ARG_WEIGHTS, run.weights, lying.bytes),
          (DNNL_ARG_DIFF_SRC, run.input, dx.storage.bytes),
        ])
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
      let gradient = Tensor(uninitialized: weightShape)
      let bias = hasBias ? Tensor(uninitialized: [weightShape[0]]) : nil
      let blocked =
        run.weightsArePlain
        ? gradient.storage : Storage(count: (run.weightBytes + 3) / 4)
      run.execute(
        self,
        [
          (DNNL_ARG_SRC, run.input, x.storage.bytes),
          (DNNL_ARG_DIFF_DST, run.output, dy.storage.bytes),
          (DNNL_ARG_DIFF_WEIGHTS, run.weights, blocked.bytes),
        ] + (bias.map { [(DNNL_ARG_DIFF_BIAS, run.bias, $0.storage.bytes)] } ?? []))
      if !run.weightsArePlain { run.toPlain(self, blocked.bytes, gradient.storage.bytes) }
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
      let gathered = Tensor(uninitialized: dy.shape.dropLast() + [x.channels])
      var geometry = window.geometry(x.shape, channels: weightShape[0])
      let size = x.shape.dropFirst().reduce(1, *)
      for sample in 0..<x.shape[0] {
        let place = sample * (gathered.count / x.shape[0])
        ez_im2col(x.floats + sample * size, &geometry, gathered.floats + place)
      }
      return convolutionWeightGradient(
        gathered, dy, weightShape: weightShape, hasBias: hasBias,
        Window(height: 1, width: 1, stride: 1, padding: 0))
    }

    private func reordered(_ weights: Tensor, for run: ConvolutionPrimitive) -> Storage {
      if run.weightsArePlain { return weights.storage }
      if let kept = weights.storage.reordered[ObjectIdentifier(run)], kept.owner === run {
        return kept.storage
      }
      let blocked = Storage(count: (run.weightBytes + 3) / 4)
      run.fromPlain(self, weights.storage.bytes, blocked.bytes)
      weights.storage.reordered[ObjectIdentifier(run)] = Reordered(owner: run, storage: blocked)
      return blocked
    }
  }
#endif
