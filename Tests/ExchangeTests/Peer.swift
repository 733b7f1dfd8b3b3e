import EncoderKit
import Foundation

/// ONNX Runtime in Python, where there is one.
enum Peer {
  /// A Python that has onnxruntime and numpy: `$ENCODERZOO_PYTHON`, else nil.
  static let python: String? = {
    guard let path = ProcessInfo.processInfo.environment["ENCODERZOO_PYTHON"] else { return nil }
    return (try? run(path, ["-c", "import numpy, onnxruntime"])) == nil ? nil : path
  }()

  private static let script = """
    import json, sys, numpy, onnxruntime
    given = json.load(open(sys.argv[2]))
    inputs = {}
    if "image" in given:
        inputs["image"] = numpy.array(given["image"], dtype=numpy.float32).reshape(given["shape"])
    if "words" in given:
        length = max(map(len, given["words"]))
        inputs["words"] = numpy.array(
            [row + [given["padding"]] * (length - len(row)) for row in given["words"]], dtype=numpy.int64)
    session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
    print(json.dumps(session.run(["logits"], inputs)[0].ravel().tolist()))
    """

  /// The logits that it gives for a batch.
  static func logits(
    of model: String, image: Tensor?, words: [[Int32]]?, padding: Int32, in folder: String
  ) throws -> [Double] {
    var inputs: [String: Any] = ["padding": Int(padding)]
    if let image {
      inputs["image"] = image.values.map(Double.init)
      inputs["shape"] = image.shape
    }
    if let words { inputs["words"] = words.map { $0.map(Int.init) } }
    let path = "\(folder)/inputs.json"
    try JSONSerialization.data(withJSONObject: inputs).write(to: URL(fileURLWithPath: path))
    let output = try run(python ?? "", ["-c", script, model, path])
    return try JSONSerialization.jsonObject(with: output) as? [Double] ?? []
  }

  struct Failed: Error {}

  /// What a program prints.
  static func run(_ program: String, _ arguments: [String]) throws -> Data {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failed() }
    return data
  }
}
