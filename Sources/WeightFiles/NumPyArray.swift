import Basics
import Foundation

/// Reads arrays that NumPy saved: `.npy` of versions 1 to 3, of four- or eight-byte floats, rows first.
///
/// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
package enum NumPyArray {
  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// The shape and the values of an array.
  ///
  /// - Throws: `ZooError` of code `.badFormat` for another kind of file or one that is cut off, of code `.unsupported` for
  ///   another kind of number or order.
  package static func read(path: String) throws -> (shape: [Int], values: [Float]) {
    let bytes = [UInt8](try readFile(path))
    func damaged(_ what: String) -> ZooError {
      ZooError(.badFormat, what, at: Place(path: path))
    }
    guard bytes.count >= 12, Array(bytes.prefix(6)) == magic, (1...3).contains(bytes[6]) else {
      throw damaged("is no array of NumPy")
    }
    let width = bytes[6] == 1 ? 2 : 4
    let length = (0..<width).reduce(0) { $0 | Int(bytes[8 + $1]) << (8 * $1) }
    let start = 8 + width + length
    guard start <= bytes.count else { throw damaged("is cut off in its header") }
    let header = String(decoding: bytes[(8 + width)..<start], as: UTF8.self)
    func member(_ key: String, _ pattern: String) -> String? {
      guard let found = header.range(of: "'\(key)':\\s*\(pattern)", options: .regularExpression)
      else { return nil }
      return header[found].split(separator: ":", maxSplits: 1).last.map {
        $0.trimmingCharacters(in: .whitespaces)
      }
    }
    guard let kind = member("descr", "'[^']*'"),
      let order = member("fortran_order", "(True|False)"),
      let sides = member("shape", "\\([^)]*\\)")
    else { throw damaged("has a header that is not NumPy's") }
    guard ["'<f4'", "'<f8'"].contains(kind), order == "False" else {
      throw ZooError(
        .unsupported,
        "holds numbers of kind \(kind)\(order == "True" ? ", columns first" : ""); expected '<f4' or '<f8', rows first",
        at: Place(path: path),
        advice: "save it by np.save(FILE, np.ascontiguousarray(x, dtype=np.float32))")
    }
    let shape = try sides.dropFirst().dropLast().split(separator: ",").compactMap { part -> Int? in
      let text = part.trimmingCharacters(in: .whitespaces)
      if text.isEmpty { return nil }
      guard let side = Int(text), side >= 0 else {
        throw damaged("has a shape that is not NumPy's")
      }
      return side
    }
    let size = kind == "'<f4'" ? 4 : 8
    let count = try shape.reduce(1) { product, side in
      let (next, overflows) = product.multipliedReportingOverflow(by: side)
      guard !overflows else { throw damaged("has a shape that no file has") }
      return next
    }
    guard (bytes.count - start) / size == count, (bytes.count - start) % size == 0 else {
      throw damaged("has \(bytes.count - start) bytes of numbers; expected \(count) times \(size)")
    }
    let values = bytes[start...].withUnsafeBytes { raw in
      (0..<count).map { index in
        size == 4
          ? Float(
            bitPattern: UInt32(
              littleEndian: raw.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)))
          : Float(
            Double(
              bitPattern: UInt64(
                littleEndian: raw.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))))
      }
    }
    return (shape, values)
  }
}
