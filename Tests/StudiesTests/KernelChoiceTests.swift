import Basics
import Studies
import Tensors
import Testing

@Suite("Kernels by name and precision")
struct KernelChoiceTests {
  @Test("bf16 is given where the processor multiplies it, and refused with a sentence where not")
  func bfloat16() throws {
    guard BFloat16Kernels.Arithmetic.best == .plain else {
      let kernels = try KernelChoice.make("openblas", precision: "bf16")
      #expect(kernels.name == "openblas-bf16")
      #expect(kernelLibrary(kernels).contains("bf16 by"))
      return
    }
    let error = try #require(throws: ZooError.self) {
      try KernelChoice.make("openblas", precision: "bf16")
    }
    #expect(error.code == .unsupported && "\(error)".contains("--precision bf16"))
  }

  @Test("Single precision is the default", arguments: [nil, "fp32"])
  func single(precision: String?) throws {
    #expect(try KernelChoice.make("openblas", precision: precision).name == "openblas")
  }
}
