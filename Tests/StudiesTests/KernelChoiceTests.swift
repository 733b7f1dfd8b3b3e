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
      #expect(kernels.name == "reference, bf16")
      #expect(kernels.library.contains("bf16 by"))
      return
    }
    let error = try #require(throws: ZooError.self) {
      try KernelChoice.make("openblas", precision: "bf16")
    }
    #expect(error.code == .unsupported && "\(error)".contains("--precision bf16"))
  }

  @Test("Single precision is the default", arguments: [nil, "fp32"])
  func single(precision: String?) throws {
    #expect(try KernelChoice.make("openblas", precision: precision).name == "reference")
  }

  @Test("A set's name tells what runs, and each is of its own kind")
  func names() throws {
    let vectors = NativeKernels(over: ReferenceKernels()) != nil
    let library = KernelSets.oneDNN() != nil
    let base = library ? "oneDNN" : "reference"
    for name in [nil, "auto"] {
      #expect(try KernelChoice.make(name).name == (vectors ? "native over \(base)" : base))
    }
    #expect(try KernelChoice.make("reference").name == "reference")
    if vectors { #expect(try KernelChoice.make("native").name == "native over reference") }
    if library { #expect(try KernelChoice.make("onednn").name == "oneDNN") }
    #expect(KernelChoice.names.allSatisfy { KernelChoice.formerNames[$0] == nil })
    #expect(KernelChoice.formerNames.values.allSatisfy(KernelChoice.names.contains))
  }

  @Test("What earlier versions recorded is told from what is recorded now")
  func records() {
    #expect(KernelChoice.formerRecord(of: "native over oneDNN") == "onednn")
    #expect(KernelChoice.formerRecord(of: "native over oneDNN, bf16") == "onednn-bf16")
    #expect(KernelChoice.formerRecord(of: "reference") == "openblas")
    // Nobody could choose our own loops without oneDNN.
    #expect(KernelChoice.formerRecord(of: "native over reference") == nil)
    if NativeKernels(over: ReferenceKernels()) != nil {
      #expect(KernelChoice.formerRecord(of: "oneDNN") == nil)
    }
  }
}
