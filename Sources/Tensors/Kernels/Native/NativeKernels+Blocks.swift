import CKernels

/// Mobile blocks in one: a 1×1 convolution that widens, a depthwise one, and a 1×1 one that narrows, where what lies
/// between would not stay in a cache. Some lines of it are made, read and forgotten at a time.
///
/// As Sandler et al. 2018 propose in section 5.1, https://arxiv.org/abs/1801.04381, by lines here, not by channels.
extension NativeKernels {
  /// How a block's 1×1 convolutions are multiplied.
  struct BlockProducts {
    /// What multiplies bf16; nil for single precision.
    let arithmetic: BFloat16Kernels.Arithmetic?
    /// Rounds, where products do, what is widened and what is added.
    let prepare: (_ widened: Tensor?, _ added: Tensor?) -> Void
    /// Weights as the products want them.
    let pack: (LazyConvolution) -> Storage

    var kind: Int32 { arithmetic?.rawValue ?? Int32(EZ_FLOATS) }
  }

  /// The layers that a convolution ends.
  private struct Block {
    var widening: LazyConvolution?
    var looking: LazyConvolution
    var narrowing: LazyConvolution?

    private var layers: [LazyConvolution] { [widening, looking, narrowing].compactMap { $0 } }

    /// What the profile calls it, such as `block 1×1, 3×3, 1×1 24→144→24, 56×56`.
    var name: String {
      let channels = [layers[0].input.channels] + layers.map { $0.weights.shape[0] }
      let (input, window) = (looking.input.shape, looking.window)
      return "block "
        + layers.map { "\($0.window.height)×\($0.window.width)\($0.words)" }
        .joined(separator: ", ")
        + " \(channels.map(String.init).joined(separator: "→")), \(input[1])×\(input[2])"
        + (window.stride == 1 ? "" : ", stride \(window.stride)")
    }

    var operations: Double {
      layers.reduce(0) { $0 + $1.window.operations($1.input.shape, channels: $1.weights.shape[0]) }
    }

    /// Windows and channels.
    var shape: ez_block_shape {
      let x = (widening ?? looking).input
      return NativeKernels.blockShape(
        looking.window, looking.input.shape, depth: x.channels,
        columns: (narrowing ?? looking).weights.shape[0], widens: widening != nil,
        narrows: narrowing != nil)
    }
  }

  /// A depthwise convolution or a 1×1 one behind it, with those before it that nobody has asked for; nil for others, or
  /// where one after the other is as fast.
  func block(_ work: inout LazyConvolution) -> Tensor? {
    block(&work, of: self) {
      BlockProducts(
        arithmetic: nil, prepare: { _, _ in },
        pack: { [self] in packedProduct($0, depth: $0.input.channels) })
    }
  }

  /// The same of convolutions of other kernels; their products are asked for where there is a block.
  func block(
    _ work: inout LazyConvolution, of owner: any Kernels, by products: () -> BlockProducts
  ) -> Tensor? {
    guard !work.isRecorded, work.node == nil, let block = takeBlock(&work, of: owner) else {
      return nil
    }
    return run(block, by: products())
  }

  private static func blockShape(
    _ window: Window, _ input: [Int], depth: Int, columns: Int, widens: Bool, narrows: Bool
  ) -> ez_block_shape {
    ez_block_shape(
      window: window.geometry(input, channels: input[3]), depth: depth, columns: columns,
      widens: widens ? 1 : 0, narrows: narrows ? 1 : 0)
  }

  /// Takes the layers that lie before a convolution out of their tensors, if they fit.
  private func takeBlock(_ work: inout LazyConvolution, of owner: any Kernels) -> Block? {
    if isDepthwise(work) {
      guard let shape = wideningShape(of: work, columns: nil, owner), fits(shape),
        let widening = work.input.takeConvolution()
      else { return nil }
      return Block(widening: widening, looking: work)
    }
    guard work.window.isPlain, let shape = narrowingShape(of: work, owner), fits(shape),
      var looking = work.input.takeConvolution()
    else { return nil }
    let isNarrow = wideningShape(of: looking, columns: nil, owner) == nil
    let widening = isNarrow ? nil : looking.input.takeConvolution()
    return Block(widening: widening, looking: looking, narrowing: work)
  }

  private func fits(_ shape: ez_block_shape) -> Bool {
    withUnsafePointer(to: shape) { ez_block_fits(lanes, $0) != 0 }
  }

  private func isDepthwise(_ work: LazyConvolution) -> Bool {
    work.window.isDepthwise(work.input.shape, channels: work.weights.shape[0])
  }

  /// What is still to be made of a tensor by some kernels and by nothing else, without a place of its own.
  private func pending(_ x: Tensor, _ owner: any Kernels) -> LazyConvolution? {
    guard let before = x.lazyConvolution, before.kernels === owner, !before.isRecorded,
      before.node == nil, before.addend == nil, before.place == nil
    else { return nil }
    return before
  }

  /// The shape of a depthwise convolution and the 1×1 one before it, if there is one.
  private func wideningShape(of work: LazyConvolution, columns: Int?, _ owner: any Kernels)
    -> ez_block_shape?
  {
    guard let before = pending(work.input, owner), before.window.isPlain else { return nil }
    return Self.blockShape(
      work.window, work.input.shape, depth: before.input.channels,
      columns: columns ?? work.weights.shape[0], widens: true, narrows: columns != nil)
  }

  /// The shape of a 1×1 convolution behind a depthwise one, and perhaps of one before that.
  private func narrowingShape(of work: LazyConvolution, _ owner: any Kernels) -> ez_block_shape? {
    guard let before = pending(work.input, owner), isDepthwise(before) else { return nil }
    let columns = work.weights.shape[0]
    return wideningShape(of: before, columns: columns, owner)
      ?? Self.blockShape(
        before.window, before.input.shape, depth: before.input.channels, columns: columns,
        widens: false, narrows: true)
  }

  private func run(_ block: Block, by products: BlockProducts) -> Tensor {
    var shape = block.shape
    let (widening, looking, narrowing) = (block.widening, block.looking, block.narrowing)
    let x = (widening ?? looking).input
    var last = narrowing ?? looking
    // What is added first: it may be the input, too.
    products.prepare(widening?.input, narrowing?.addend)
    last.addend?.materialize()
    x.materialize()
    let (output, addend) = last.takeOutput()
    let (wide, narrow) = (widening.map(products.pack), narrowing.map(products.pack))
    let taps = DepthwiseConvolution.packed(looking.weights, scale: looking.scale)
    let space = scratch(ez_block_workspace(&shape, products.kind))
    withElements(
      x, wide, taps, narrow, widening?.bias, looking.bias, narrowing?.bias, addend, space,
      output.writable
    ) {
      x, wide, taps, narrow, wideBias, bias, narrowBias, addend, space, output in
      var layers = ez_block_layers(
        widening: UnsafeRawPointer(wide), narrowing: UnsafeRawPointer(narrow), looking: taps,
        widened: widening?.epilogue(wideBias, nil) ?? ez_epilogue(),
        looked: looking.epilogue(bias, narrowing == nil ? addend : nil),
        narrowed: narrowing?.epilogue(narrowBias, addend) ?? ez_epilogue())
      ez_block(lanes, products.kind, &shape, x, &layers, space, output)
    }
    Profile.lap(
      (products.arithmetic == nil ? "" : "bf16, ") + block.name, operations: block.operations)
    return output
  }
}
