/// Signatures as bytes, so that processes that look at pictures together can send them to each other.
extension PictureSignature {
  /// All of it: numbers of eight bytes, and behind them the values of the plane.
  package var bytes: [UInt8] {
    let sizes = [width, height, detail.width, detail.height, hashes.count].map { UInt64($0) }
    let numbers = sizes + hashes.flatMap(\.numbers)
    return numbers.withUnsafeBytes { Array($0) } + detail.values.map { UInt8(bitPattern: $0) }
  }

  /// The signature that ``bytes`` of one of this build hold.
  package init(bytes: [UInt8]) {
    let width = MemoryLayout<UInt64>.size
    func numbers(_ range: Range<Int>) -> [UInt64] {
      bytes.withUnsafeBytes { bytes in
        range.map { bytes.loadUnaligned(fromByteOffset: $0 * width, as: UInt64.self) }
      }
    }
    let sizes = numbers(0..<5).map { Int($0) }
    let end = sizes.count + sizes[4] * LocalHash.numberCount
    let hashes = numbers(sizes.count..<end)
    self.init(
      width: sizes[0], height: sizes[1],
      hashes: (0..<sizes[4]).map {
        LocalHash(numbers: hashes[($0 * LocalHash.numberCount)...].prefix(LocalHash.numberCount))
      },
      detail: DetailPlane(
        width: sizes[2], height: sizes[3],
        values: bytes[(end * width)...].map { Int8(bitPattern: $0) }))
  }
}
