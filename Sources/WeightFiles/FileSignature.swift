import Basics
import Foundation

/// Files that are taken for weights by mistake, known by their first bytes.
enum FileSignature {
  /// Refuses a file that is neither safetensors nor PyTorch's, saying what it is.
  ///
  /// - Throws: `ZooError` of code `.unsupported` or `.badFormat`.
  static func refuse(_ data: Data, path: String?) throws {
    let place = Place(path: path)
    if data.dropFirst(257).starts(with: "ustar".utf8) {
      throw ZooError(
        .unsupported, "is a tar archive, as PyTorch wrote them before 0.1.10; these are not read",
        at: place, advice: "Load it in Python and save it again with torch.save.")
    }
    for (start, what, advice) in known where data.starts(with: start) {
      throw ZooError(.unsupported, "is \(what), not a file of weights", at: place, advice: advice)
    }
    guard data.dropFirst(8).first == UInt8(ascii: "{") else {
      let first = data.prefix(4).map { hexadecimal($0) }.joined(separator: " ")
      throw ZooError(
        .badFormat,
        data.isEmpty
          ? "is empty; expected a safetensors or PyTorch file"
          : "begins with \(first); expected a safetensors or PyTorch file", at: place)
    }
  }

  private static let known: [([UInt8], String, String?)] = [
    ([0x1f, 0x8b], "compressed with gzip", "Decompress it first."),
    ([0x42, 0x5a, 0x68], "compressed with bzip2", "Decompress it first."),
    ([0xfd, 0x37, 0x7a, 0x58, 0x5a], "compressed with xz", "Decompress it first."),
    ([0x89, 0x48, 0x44, 0x46], "an HDF5 file (Keras)", "Keras files are not read."),
    ([0x50, 0x4b, 0x05, 0x06], "an empty zip archive", nil),
    (
      Array("version https://git-lfs".utf8), "a pointer of Git LFS",
      "Fetch the file itself with git lfs pull."
    ),
    (Array("<".utf8), "a web page or XML", "Check the address it was fetched from."),
    (Array("\u{93}NUMPY".unicodeScalars.map { UInt8($0.value) }), "a numpy array", nil),
  ]
}
