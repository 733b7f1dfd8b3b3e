import CKernels

/// What a kernel reads: a tensor, or the parts of a lazy normalisation with ReLU, or what a lazy gate opens, that it does
/// while reading.
struct KernelInput: Elements {
  let parts: [Tensor]
  let affine: ChannelAffine?
  let gate: LazyGate?

  /// Makes what has to be made.
  init(_ x: Tensor, fusesNormalization: Bool = true, fusesGate: Bool = false) {
    let normalization = fusesNormalization ? x.lazyNormalization : nil
    gate = fusesGate ? x.lazyGate : nil
    parts = normalization?.parts ?? [gate?.x ?? x]
    affine = normalization?.affine
    materialize()
  }

  func materialize() {
    parts.materialize()
    affine?.scale.materialize()
    affine?.shift.materialize()
    gate?.gate.materialize()
  }

  func pointer(_ access: ElementAccess) -> KernelSource {
    KernelSource(
      parts: parts.map { ez_part(values: $0.pointer(access), channels: $0.channels) },
      scale: affine?.scale.pointer(access), shift: affine?.shift.pointer(access),
      gate: gate.map { ($0.gate.pointer(access), $0.positions) })
  }
}

/// The addresses of a kernel's input.
struct KernelSource {
  let parts: [ez_part]
  let scale: UnsafePointer<Float>?
  let shift: UnsafePointer<Float>?
  let gate: (values: UnsafePointer<Float>, rows: Int)?

  /// Calls `body` with the source of some rows, those of a window's results where one is named.
  func withRows<Result>(
    _ rows: Int, places window: ez_window? = nil, _ body: (UnsafePointer<ez_source>) -> Result
  ) -> Result {
    parts.withUnsafeBufferPointer { parts in
      guard let first = parts.baseAddress else { preconditionFailure("a source without parts") }
      var source = ez_source(
        parts: first, part_count: parts.count, scale: scale, shift: shift, gate: gate?.values,
        gate_rows: gate?.rows ?? 0, rows: rows, places: nil)
      guard var window else { return body(&source) }
      return withUnsafePointer(to: &window) { window in
        source.places = window
        return body(&source)
      }
    }
  }
}
