import Testing

/// All suites of this module, one after the other: kernels are called from one thread at a time.
@Suite("Tensors", .serialized)
enum TensorsSuite {}
