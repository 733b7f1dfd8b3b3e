#if ENCODERZOO_ONEDNN
  import COneDNN

  /// What tells one convolution primitive from another.
  struct ConvolutionKey: Hashable {
    enum Kind { case forward, inputGradient, weightGradient }
    var kind: Kind
    var input: [Int]
    var channels: Int
    var window: Window
    var hasBias: Bool
  }

  /// A convolution, or one of its gradients, compiled for one shape.
  final class ConvolutionPrimitive {
    let input: dnnl_memory_t
    let weights: dnnl_memory_t
    let output: dnnl_memory_t
    let bias: dnnl_memory_t?
    let weightBytes: Int
    let weightsArePlain: Bool
    private let plain: dnnl_memory_t
    private let scratch: dnnl_memory_t
    private let scratchBytes: Int
    private let primitive: dnnl_primitive_t
    private var packing: dnnl_primitive_t?
    private var unpacking: dnnl_primitive_t?

    init(_ key: ConvolutionKey, _ engine: dnnl_engine_t) {
      let shape = key.window.outputShape(key.input, channels: key.channels)
      let window = key.window
      var source = describe([key.input[0], key.input[3], key.input[1], key.input[2]], dnnl_nhwc)
      var result = describe([shape[0], shape[3], shape[1], shape[2]], dnnl_nhwc)
      let groups = window.groups
      let weightShape =
        (groups > 1 ? [groups] : [])
        + [key.channels / groups, key.input[3] / groups, window.height, window.width]
      var free = describe(weightShape, dnnl_format_tag_any)
      var plainWeights = describe(weightShape, groups > 1 ? dnnl_gohwi : dnnl_ohwi)
      var biasVector = describe([key.channels], dnnl_a)
      var strides = [dnnl_dim_t](repeating: dnnl_dim_t(window.stride), count: 2)
      // oneDNN counts the places between the kernel's.
      var dilation = [dnnl_dim_t](repeating: dnnl_dim_t(window.dilation - 1), count: 2)
      let begin = [window.padding.top, window.padding.left]
      var padding = begin.map { dnnl_dim_t($0) }
      // The last row and column may need less padding than they have when the stride does not fit.
      var paddingEnd = zip([0, 1], [window.span.height, window.span.width]).map { axis, kernel in
        dnnl_dim_t(
          (shape[axis + 1] - 1) * window.stride + kernel - key.input[axis + 1] - begin[axis])
      }

      var forward = dnnl_convolution_desc_t()
      withBias(key.hasBias && key.kind == .forward, &biasVector) { bias in
        check(
          dnnl_dilated_convolution_forward_desc_init(
            &forward, key.kind == .forward ? dnnl_forward_inference : dnnl_forward_training,
            dnnl_convolution_direct, &source, &free, bias, &result, &strides, &dilation,
            &padding, &paddingEnd),
          key)
      }
      var attributes: dnnl_primitive_attr_t?
      check(dnnl_primitive_attr_create(&attributes), key)
      check(dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user), key)
      var hint: dnnl_primitive_desc_t?
      check(dnnl_primitive_desc_create(&hint, &forward, attributes, engine, nil), key)
      var chosen = hint
      var backward = dnnl_convolution_desc_t()
      switch key.kind {
      case .forward: break
      case .inputGradient:
        check(
          dnnl_dilated_convolution_backward_data_desc_init(
            &backward, dnnl_convolution_direct, &source, &free, &result, &strides, &dilation,
            &padding, &paddingEnd), key)
        check(dnnl_primitive_desc_create(&chosen, &backward, attributes, engine, hint), key)
        dnnl_primitive_desc_destroy(hint)
      case .weightGradient:
        withBias(key.hasBias, &biasVector) { bias in
          check(
            dnnl_dilated_convolution_backward_weights_desc_init(
              &backward, dnnl_convolution_direct, &source, &free, bias, &result, &strides,
              &dilation, &padding, &paddingEnd), key)
        }
        check(dnnl_primitive_desc_create(&chosen, &backward, attributes, engine, hint), key)
        dnnl_primitive_desc_destroy(hint)
      }
      dnnl_primitive_attr_destroy(attributes)

      let weightQuery =
        key.kind == .weightGradient ? dnnl_query_diff_weights_md : dnnl_query_weights_md
      let weightLayout = dnnl_primitive_desc_query_md(chosen, weightQuery, 0)
      let scratchLayout = dnnl_primitive_desc_query_md(chosen, dnnl_query_scratchpad_md, 0)
      weightBytes = dnnl_memory_desc_get_size(weightLayout)
      scratchBytes = dnnl_memory_desc_get_size(scratchLayout)
      weightsArePlain = dnnl_memory_desc_equal(weightLayout, &plainWeights) != 0
      input = memory(&source, engine, key)
      output = memory(&result, engine, key)
      weights = memory(weightLayout, engine, key)
      plain = memory(&plainWeights, engine, key)
      scratch = memory(scratchLayout, engine, key)
      bias = key.hasBias ? memory(&biasVector, engine, key) : nil
      var made: dnnl_primitive_t?
      check(dnnl_primitive_create(&made, chosen), key)
      guard let made else { endProcess("oneDNN made no primitive for \(key)") }
      primitive = made
      if !weightsArePlain {
        packing = reorder(&plainWeights, weightLayout, engine, key)
        unpacking = reorder(weightLayout, &plainWeights, engine, key)
      }
      dnnl_primitive_desc_destroy(chosen)  // last: the layouts above are its own
    }

    deinit {
      for primitive in [primitive, packing, unpacking] { dnnl_primitive_destroy(primitive) }
      for memory in [input, weights, output, bias, plain, scratch] { dnnl_memory_destroy(memory) }
    }

    /// What a primitive reads or writes, by oneDNN's number of the argument.
    struct Argument {
      let kind: Int32
      let memory: dnnl_memory_t?
      let floats: UnsafePointer<Float>

      init(_ kind: Int32, _ memory: dnnl_memory_t?, _ floats: UnsafePointer<Float>) {
        (self.kind, self.memory, self.floats) = (kind, memory, floats)
      }
    }

    func execute(
      _ kernels: OneDNNKernels,
      _ arguments: [Argument]
    ) {
      var list = arguments.map { argument in
        set(argument.memory, argument.floats)
        return dnnl_exec_arg_t(arg: argument.kind, memory: argument.memory)
      }
      guard scratchBytes > 0 else { return run(primitive, kernels, &list) }
      withElements(kernels.scratchpad(scratchBytes)) { space in
        set(scratch, space)
        list.append(dnnl_exec_arg_t(arg: DNNL_ARG_SCRATCHPAD, memory: scratch))
        run(primitive, kernels, &list)
      }
    }

    /// The library takes what it reads as what it writes.
    private func set(_ memory: dnnl_memory_t?, _ floats: UnsafePointer<Float>) {
      dnnl_memory_set_data_handle(memory, UnsafeMutablePointer(mutating: floats))
    }

    func fromPlain(
      _ kernels: OneDNNKernels, _ from: UnsafePointer<Float>, _ to: UnsafeMutablePointer<Float>
    ) { move(packing, kernels, (plain, from), (weights, to)) }

    func toPlain(
      _ kernels: OneDNNKernels, _ from: UnsafePointer<Float>, _ to: UnsafeMutablePointer<Float>
    ) { move(unpacking, kernels, (weights, from), (plain, to)) }

    private func move(
      _ reorder: dnnl_primitive_t?, _ kernels: OneDNNKernels,
      _ from: (dnnl_memory_t, UnsafePointer<Float>),
      _ to: (dnnl_memory_t, UnsafeMutablePointer<Float>)
    ) {
      set(from.0, from.1)
      set(to.0, to.1)
      var list = [
        dnnl_exec_arg_t(arg: DNNL_ARG_SRC, memory: from.0),
        dnnl_exec_arg_t(arg: DNNL_ARG_DST, memory: to.0),
      ]
      run(reorder, kernels, &list)
    }

    private func run(
      _ primitive: dnnl_primitive_t?, _ kernels: OneDNNKernels, _ list: inout [dnnl_exec_arg_t]
    ) {
      let status = dnnl_primitive_execute(primitive, kernels.stream, Int32(list.count), &list)
      if status != dnnl_success {
        endProcess("oneDNN could not run a primitive (status \(status.rawValue))")
      }
      dnnl_stream_wait(kernels.stream)
    }
  }

  private func describe(_ dimensions: [Int], _ tag: dnnl_format_tag_t) -> dnnl_memory_desc_t {
    var description = dnnl_memory_desc_t()
    var sizes = dimensions.map { dnnl_dim_t($0) }
    dnnl_memory_desc_init_by_tag(&description, Int32(sizes.count), &sizes, dnnl_f32, tag)
    return description
  }

  private func withBias(
    _ hasBias: Bool, _ description: inout dnnl_memory_desc_t,
    _ body: (UnsafePointer<dnnl_memory_desc_t>?) -> Void
  ) {
    if hasBias { withUnsafePointer(to: &description) { body($0) } } else { body(nil) }
  }

  private func memory(
    _ description: UnsafePointer<dnnl_memory_desc_t>?, _ engine: dnnl_engine_t,
    _ key: ConvolutionKey
  ) -> dnnl_memory_t {
    var made: dnnl_memory_t?
    check(dnnl_memory_create(&made, description, engine, nil), key)
    guard let made else { endProcess("oneDNN made no memory object for \(key)") }
    return made
  }

  private func reorder(
    _ from: UnsafePointer<dnnl_memory_desc_t>?, _ to: UnsafePointer<dnnl_memory_desc_t>?,
    _ engine: dnnl_engine_t, _ key: ConvolutionKey
  ) -> dnnl_primitive_t? {
    var description: dnnl_primitive_desc_t?
    check(dnnl_reorder_primitive_desc_create(&description, from, engine, to, engine, nil), key)
    var made: dnnl_primitive_t?
    check(dnnl_primitive_create(&made, description), key)
    dnnl_primitive_desc_destroy(description)
    return made
  }

  private func check(_ status: dnnl_status_t, _ key: ConvolutionKey) {
    if status != dnnl_success { endProcess("oneDNN refused \(key): status \(status.rawValue)") }
  }
#endif
