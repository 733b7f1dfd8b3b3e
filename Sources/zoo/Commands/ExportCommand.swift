import Basics
import Exchange
import Foundation
import Studies
import Training

extension ZooCommand {
  static let export = Command(
    name: "export", summary: "Write a trained model for the Python world.",
    discussion:
      "--onnx writes an ONNX file (operators of set 17, any batch) that ONNX Runtime and OpenVINO run; "
      + "preprocessing, labels and vocabulary are in its metadata, the files of an encoder's own tokenizer in "
      + "a folder beside it. --python writes a script that loads "
      + "the model's folder into PyTorch, with torchvision or timm. Both give the logits that zoo predict gives. "
      + "What can't be written is refused. See docs/python.md.",
    examples: [
      ("zoo export model --onnx model.onnx", "image, text and multimodal models"),
      ("zoo export model --python model/load_in_python.py", "a script beside the weights"),
    ],
    options: [
      .value("onnx", "FILE", "Write an ONNX file."),
      .value("python", "FILE", "Write a script that loads the model's folder."),
    ],
    arguments: [Argument("MODEL", "A model's folder, or a bundle's name.")]
  ) { arguments in
    let (onnx, python) = (arguments.optionalString("onnx"), arguments.optionalString("python"))
    guard onnx != nil || python != nil else {
      throw arguments.error("nothing to write: --onnx FILE or --python FILE is missing")
    }
    for path in [onnx, python].compactMap({ $0 }) {
      try OutputPlace.checkFile(path, advice: "choose another name")
    }
    let kernels = try kernels(arguments)
    let registry = try registry()
    let folder = try modelFolder(arguments.argument("MODEL"), registry)
    let model = try TrainedModel.read(from: folder, registry: registry)
    // Both are made before either is written.
    let file = try onnx.map { _ in
      try ONNXExport(model, version: programVersion, kernels: kernels)
    }
    let script = try python.map { _ in
      if let base = model.bases.first {
        throw ZooError(
          .unsupported,
          "the script reads model.safetensors alone, which lacks what stayed of \(base.name)",
          at: Place(path: folder),
          advice: "write an ONNX file instead: --onnx FILE; or zoo bundle create --whole")
      }
      return try PythonLoader(model, registry: registry, kernels: kernels)
    }
    if let onnx, let file {
      let tokenizer = file.tokenizerFolder(beside: onnx)
      if let tokenizer { try OutputPlace.checkFile(tokenizer, advice: "choose another name") }
      try file.write(to: onnx)
      print("wrote \(onnx)" + (tokenizer.map { ", and its tokenizer to \($0)" } ?? ""))
      for line in file.summary { print("  \(line)") }
    }
    if let python, let script {
      try AtomicFile.write(script.text, to: python)
      print("wrote \(python); it needs \(script.packages.joined(separator: ", "))")
    }
  }
}
