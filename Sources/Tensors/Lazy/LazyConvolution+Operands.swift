extension LazyConvolution {
  /// What a kernel reads and writes.
  struct Operands {
    let input: KernelInput
    /// What is added; the output itself where the result is written over it.
    let addend: Tensor?
    let output: Tensor
  }

  /// What a kernel reads and writes, made in the one order that is safe.
  ///
  /// The addend comes first: it may be the input, and a normalisation that this has made is then read as it is.
  /// The output comes last: it may take the addend's memory over, which the input may read until it is made.
  mutating func takeOperands(fusesNormalization: Bool = false, fusesGate: Bool = false) -> Operands
  {
    addend?.materialize()
    let input = KernelInput(
      input, fusesNormalization: fusesNormalization, fusesGate: fusesGate)
    let (output, addend) = takeOutput()
    return Operands(input: input, addend: addend, output: output)
  }

  /// Memory for the result, and what is to be added to it.
  ///
  /// That is where the result is wanted; else what is added, where nobody else holds it, since a result written
  /// over it saves a way to memory; else new memory.
  ///
  /// - Precondition: the addend and the input have been made.
  mutating func takeOutput() -> (output: Tensor, addend: Tensor?) {
    if let place { return (Tensor(storage: place, shape: shape), addend) }
    guard var content = addend?.content else { return (Tensor(uninitialized: shape), nil) }
    addend = nil
    if TensorContent.isAlone(&content) {
      content.contentChanged()
      let output = Tensor(content: content, shape: shape)
      return (output, output)
    }
    addend = Tensor(content: content, shape: shape)
    return (Tensor(uninitialized: shape), addend)
  }
}
