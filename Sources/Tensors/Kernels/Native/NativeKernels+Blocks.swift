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
    /// What other convolutions make, or have made, as bf16; nil of other tensors, and in single precision.
    let halves: (Tensor) -> Storage?
    /// Weights as the products want them.
    let pack: (LazyConvolution) -> Storage
  }

  /// The layers that a convolution ends.
  struct Block {
    var widening: LazyConvolution?
    var looking: LazyConvolution
    var narrowing: LazyConvolution?

    private var layers: [LazyConvolution] { [widening, looking, narrowing].compactMap { $0 } }

    /// The layer that ends it.
    var last: LazyConvolution {
      get { narrowing ?? looking }
      set { if narrowing == nil { looking = newValue } else { narrowing = newValue } }
    }

    /// What the profile calls it, such as `block 1×1, 3×3, 1×1 24→144→24, 56×56`.
    var name: String {
      let channels = [layers[0].input.channels] + layers.map { $0.weights.shape[0] }
      let (input, window) = (looking.input.shape, looking.window)
      return (layers.count == 1 ? "depthwise " : "block ")
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
    guard let block = block(&work, of: self, nil) else { return nil }
    let products = BlockProducts(
      arithmetic: nil, halves: { _ in nil },
      pack: { [self] in packedProduct($0, depth: $0.input.channels) })
    return run(block, by: products)
  }

  /// The same of convolutions of kernels in bf16, for `run`: where all layers of a block take it, a depthwise
  /// convolution alone, too.
  func block(
    _ work: inout LazyConvolution, of owner: any Kernels, _ arithmetic: BFloat16Kernels.Arithmetic?
  ) -> Block? {
    guard !work.isRecorded, work.node == nil else { return nil }
    if let block = takeBlock(&work, of: owner, kind(arithmetic)) { return block }
    return rounds(work, arithmetic) ? Block(looking: work) : nil
  }

  /// Whether a depthwise convolution is by dot products of bf16, if no gradient is wanted.
  func rounds(_ work: LazyConvolution, _ arithmetic: BFloat16Kernels.Arithmetic?) -> Bool {
    guard isDepthwise(work) else { return false }
    var window = work.window.geometry(work.input.shape, channels: work.input.channels)
    return ez_block_rounds(lanes, kind(arithmetic), &window) != 0
  }

  private func kind(_ arithmetic: BFloat16Kernels.Arithmetic?) -> Int32 {
    arithmetic?.rawValue ?? Int32(EZ_FLOATS)
  }

  private static func blockShape(
    _ window: Window, _ input: [Int], depth: Int, columns: Int, widens: Bool, narrows: Bool
  ) -> ez_block_shape {
    ez_block_shape(
      window: window.geometry(input, channels: input[3]), depth: depth, columns: columns,
      widens: widens ? 1 : 0, narrows: narrows ? 1 : 0)
  }

  /// Takes the layers that lie before a convolution out of their tensors, if they fit.
  private func takeBlock(
    _ work: inout LazyConvolution, of owner: any Kernels, _ kind: Int32
  ) -> Block? {
    func fits(_ shape: ez_block_shape) -> Bool {
      withUnsafePointer(to: shape) { ez_block_fits(lanes, kind, $0) != 0 }
    }
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

  func run(_ block: Block, by products: BlockProducts) -> Tensor {
    var block = block
    let inputs = inputs(of: &block, products)
    let (output, addend) = block.last.takeOutput()
    make(block, by: products, inputs, addend, (output.writable, nil, nil))
    return output
  }

  /// A block of kernels in bf16 that is made here; see `BFloat16Kernels`.
  func run(
    _ block: Block, by products: BlockProducts, rounded: Storage, sums: Storage? = nil
  ) {
    var block = block
    let inputs = inputs(of: &block, products)
    let addend = block.last.addend
    make(
      block, by: products, inputs, addend, (nil, rounded.rebound(to: UInt16.self), sums))
  }

  /// What a block reads and adds, where that is bf16.
  private struct BlockInputs {
    var x: Storage?
    var added: Storage?
  }

  /// Makes what a block reads and adds: first what is added, which may be the input, too.
  ///
  /// As bf16 that is taken out of the block.
  private func inputs(of block: inout Block, _ products: BlockProducts) -> BlockInputs {
    var inputs = BlockInputs()
    if let addend = block.last.addend {
      if block.narrowing != nil { inputs.added = products.halves(addend) }
      if inputs.added == nil { addend.materialize() } else { block.last.addend = nil }
    }
    let x = (block.widening ?? block.looking).input
    let rounds = rounds(block.looking, products.arithmetic)
    if block.widening != nil || rounds { inputs.x = products.halves(x) }
    guard inputs.x == nil else { return inputs }
    let floats = x.content.materialized()
    // Dot products read pairs of numbers where they are.
    if rounds, block.widening != nil { inputs.x = floats.narrowed(count: x.count) }
    return inputs
  }

  private func make(
    _ block: Block, by products: BlockProducts, _ inputs: BlockInputs, _ addend: Tensor?,
    _ result: (floats: WritableTensor?, halves: ReboundStorage<UInt16>?, sums: Storage?)
  ) {
    var shape = block.shape
    let (widening, looking, narrowing) = (block.widening, block.looking, block.narrowing)
    let kind = kind(products.arithmetic)
    let x = inputs.x == nil ? (widening ?? looking).input : nil
    let (wide, narrow) = (widening.map(products.pack), narrowing.map(products.pack))
    let taps =
      rounds(looking, products.arithmetic)
      ? DepthwiseConvolution.packedBFloat16(looking.weights, looking.window, scale: looking.scale)
      : DepthwiseConvolution.packed(looking.weights, scale: looking.scale)
    let space = scratch(ez_block_workspace(lanes, kind, &shape))
    withElements(
      x, inputs.x?.rebound(to: UInt16.self), wide, taps, narrow, widening?.bias, looking.bias,
      narrowing?.bias, addend, inputs.added?.rebound(to: UInt16.self), space, result.floats,
      result.halves, result.sums
    ) {
      x, xHalves, wide, taps, narrow, wideBias, bias, narrowBias, addend, added, space, floats,
      halves, sums in
      var layers = ez_block_layers(
        widening: UnsafeRawPointer(wide), narrowing: UnsafeRawPointer(narrow),
        looking: UnsafeRawPointer(taps),
        widened: widening?.epilogue(wideBias, nil) ?? ez_epilogue(),
        looked: looking.epilogue(bias, narrowing == nil ? addend : nil),
        narrowed: narrowing?.epilogue(narrowBias, addend) ?? ez_epilogue())
      var maps = ez_block_maps(
        x: x, x_halves: xHalves, add_halves: added, out: floats, out_halves: halves, sums: sums)
      ez_block(lanes, kind, &shape, &maps, &layers, space)
    }
    Profile.lap(
      (products.arithmetic == nil ? "" : "bf16, ") + block.name, operations: block.operations)
  }
}
