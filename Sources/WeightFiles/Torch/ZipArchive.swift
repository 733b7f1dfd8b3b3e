import Basics
import Foundation

/// The directory of a zip archive whose entries are stored, not compressed: what `torch.save` writes.
///
/// Everything the directory says is checked before it is used: against the file's size, the local
/// headers, the checksums, and the other entries (none may overlap). Compressed or encrypted
/// entries, links, names that leave their folder and names that occur twice are refused, so nothing
/// can unpack to more than the file holds. Zip64 is understood.
///
/// Format: [APPNOTE 6.3.10](https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT).
struct ZipArchive {
  /// A stored file.
  struct Entry {
    /// Its path in the archive.
    let name: String
    /// Where its bytes stand, counted from the first of the archive.
    let range: Range<Int>
    /// The checksum that the directory holds.
    let checksum: UInt32
    /// Where its local header begins.
    let headerStart: Int
    /// One past the last byte that belongs to it.
    let end: Int
  }

  /// The files, in the directory's order.
  let entries: [Entry]
  private let positions: [String: Int]

  /// Reads and checks the directory of an archive; `path` is for messages.
  ///
  /// - Throws: `ZooError` of code `.badFormat` that names the path and the entry.
  init(_ bytes: UnsafeRawBufferPointer, path: String?) throws {
    let reader = ZipReader(bytes: bytes, path: path)
    let directory = try reader.directory()
    var position = directory.lowerBound
    var entries: [Entry] = []
    var positions: [String: Int] = [:]
    while position < directory.upperBound {
      let entry = try reader.entry(at: &position, directory: directory)
      guard positions.updateValue(entries.count, forKey: entry.name) == nil else {
        throw reader.failure("the archive has two files of this name", entry.name)
      }
      entries.append(entry)
    }
    guard entries.count == directory.count else {
      throw reader.failure(
        "the directory of the archive holds \(entries.count) files; expected the"
          + " \(directory.count) that its end announces")
    }
    var previous: Entry?
    for entry in entries.sorted(by: { $0.headerStart < $1.headerStart }) {
      if let previous, entry.headerStart < previous.end {
        throw reader.failure("overlaps \"\(previous.name)\" in the archive", entry.name)
      }
      previous = entry
    }
    for entry in entries {
      let sum = CRC32.checksum(UnsafeRawBufferPointer(rebasing: bytes[entry.range]))
      guard sum == entry.checksum else {
        throw reader.failure(
          "has checksum \(hexadecimal(sum)); expected \(hexadecimal(entry.checksum))", entry.name,
          advice: "The file is damaged: fetch it again. (Or PyTorch wrote it with"
            + " set_crc32_options(False): save it again without.)")
      }
    }
    self.entries = entries
    self.positions = positions
  }

  /// The file of a name, or nil.
  func entry(_ name: String) -> Entry? { positions[name].map { entries[$0] } }
}

func hexadecimal(_ value: some FixedWidthInteger) -> String { "0x" + String(value, radix: 16) }
