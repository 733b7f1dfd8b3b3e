import Foundation
import Testing

@testable import Studies

@Suite("Files for TensorBoard")
struct EventFileTests {
  @Test("The check sum is Castagnoli's")
  func sum() {
    #expect(EventFile.crc32c(Array("123456789".utf8)) == 0xe306_9283)
    #expect(EventFile.crc32c([]) == 0)
    #expect(EventFile.crc32c([UInt8](repeating: 0, count: 32)) == 0x8a91_36aa)
  }

  /// Made by TensorBoard 2.21's own writer and messages.
  @Test("A file is what TensorBoard's writer makes of the same events, byte for byte")
  func bytes() {
    let data = EventFile([.init(tag: "test/auroc", step: 300, value: 0.75)], time: 1.5).data
    let expected = """
      1800000000000000a37f4b2209000000000000f83f1a0d627261696e2e4576656e743a322a28646c\
      2100000000000000017becf609000000000000f83f10ac022a130a110a0a746573742f6175726f63\
      150000403fb956aaf8
      """
    #expect(data.map { String(format: "%02x", $0) }.joined() == expected)
  }
}
