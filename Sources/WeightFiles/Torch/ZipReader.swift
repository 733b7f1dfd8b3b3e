import Basics

/// Reads the records of a zip archive, each number checked before it is used.
struct ZipReader {
  /// Where the directory of the archive stands, and how many files it announces.
  struct Directory {
    let lowerBound: Int
    let upperBound: Int
    let count: Int
  }

  let bytes: UnsafeRawBufferPointer
  let path: String?

  static let cutShort = "The file may be cut short or damaged: fetch it again."

  func failure(_ message: String, _ name: String? = nil, advice: String? = nil) -> ZooError {
    ZooError(.badFormat, message, at: Place(path: path, key: name), advice: advice)
  }

  /// A little-endian number; the caller has checked that it lies within the bytes.
  private func number<Word: FixedWidthInteger & BitwiseCopyable>(_ at: Int, _: Word.Type) -> Word {
    Word(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: Word.self))
  }
  private func word16(_ at: Int) -> Int { Int(number(at, UInt16.self)) }
  private func word32(_ at: Int) -> UInt32 { number(at, UInt32.self) }
  private func word64(_ at: Int) -> UInt64 { number(at, UInt64.self) }

  /// Finds the directory from the end of the archive.
  func directory() throws -> Directory {
    guard let end = endRecord() else {
      throw failure("the archive has no directory at its end", advice: Self.cutShort)
    }
    var entries = UInt64(word16(end + 10))
    var size = UInt64(word32(end + 12))
    var start = UInt64(word32(end + 16))
    var disks = word16(end + 4) | word16(end + 6)
    var directoryEnd = end
    if end >= 20, word32(end - 20) == 0x0706_4b50 {
      let record = word64(end - 12)
      guard record <= UInt64(end - 20), end - 20 - Int(record) >= 56,
        word32(Int(record)) == 0x0606_4b50, word64(Int(record) + 4) == UInt64(end - 32) - record
      else {
        throw failure(
          "the zip64 locator points to \(record), where no zip64 record of the right size stands")
      }
      directoryEnd = Int(record)
      let wide = (
        entries: word64(directoryEnd + 32), size: word64(directoryEnd + 40),
        start: word64(directoryEnd + 48)
      )
      guard entries == 0xffff || entries == wide.entries,
        size == 0xffff_ffff || size == wide.size, start == 0xffff_ffff || start == wide.start,
        word64(directoryEnd + 24) == wide.entries
      else {
        throw failure("the zip64 record contradicts the end of the archive")
      }
      (entries, size, start) = wide
      disks |= Int(word32(directoryEnd + 16) | word32(directoryEnd + 20))
    }
    guard disks == 0 else { throw failure("the archive is one of several volumes") }
    guard size <= UInt64(directoryEnd), start == UInt64(directoryEnd) - size else {
      throw failure(
        "the directory of the archive would stand at \(start) with \(size) bytes; expected it to"
          + " end at \(directoryEnd)", advice: Self.cutShort)
    }
    guard entries <= size / 46 else {
      throw failure(
        "the archive announces \(entries) files; its directory of \(size) bytes can't hold them")
    }
    return Directory(lowerBound: Int(start), upperBound: directoryEnd, count: Int(entries))
  }

  /// Where the record that ends the archive begins: the last one whose comment ends with the file.
  private func endRecord() -> Int? {
    var position = bytes.count - 22
    let lowest = max(0, position - 0xffff)
    while position >= lowest {
      if word32(position) == 0x0605_4b50, position + 22 + word16(position + 20) == bytes.count {
        return position
      }
      position -= 1
    }
    return nil
  }

  /// Reads the directory's record at a position, with the local header that it points to.
  func entry(at position: inout Int, directory: Directory) throws -> ZipArchive.Entry {
    let record = position
    guard directory.upperBound - record >= 46, word32(record) == 0x0201_4b50 else {
      throw failure("the directory of the archive is damaged at byte \(record)")
    }
    let nameEnd = record + 46 + word16(record + 28)
    let extraEnd = nameEnd + word16(record + 30)
    let recordEnd = extraEnd + word16(record + 32)
    guard recordEnd <= directory.upperBound else {
      throw failure("the directory of the archive is damaged at byte \(record)")
    }
    position = recordEnd
    let name = try name(record + 46..<nameEnd, at: record)
    let flags = word16(record + 8)
    let method = word16(record + 10)
    guard flags & 0x2041 == 0 else { throw failure("is encrypted", name) }
    guard method == 0 else {
      throw failure(
        "is compressed (method \(method)); expected a stored file, as torch.save writes it", name,
        advice: "Load the file in Python and save it again with torch.save.")
    }
    if word16(record + 4) >> 8 == 3, word32(record + 38) >> 28 == 0xA {
      throw failure("is a symbolic link; expected a file", name)
    }
    var fields = [UInt64(word32(record + 24)), UInt64(word32(record + 20))]
    fields.append(UInt64(word32(record + 42)))
    try widen(&fields, extra: nameEnd..<extraEnd, name)
    let (size, packed, start) = (fields[0], fields[1], fields[2])
    guard size == packed else {
      throw failure("is stored, yet has \(packed) bytes for \(size)", name)
    }
    let checksum = word32(record + 16)
    return try local(
      name, flags: flags, size: size, checksum: checksum, start: start,
      nameBytes: record + 46..<nameEnd, limit: directory.lowerBound)
  }

  /// Checks the local header against the directory's record and finds the data after it.
  private func local(
    _ name: String, flags: Int, size: UInt64, checksum: UInt32, start: UInt64,
    nameBytes: Range<Int>, limit: Int
  ) throws -> ZipArchive.Entry {
    guard start <= UInt64(limit), limit - Int(start) >= 30 else {
      throw failure("would begin at byte \(start), beyond the files of the archive", name)
    }
    let header = Int(start)
    let nameEnd = header + 30 + word16(header + 26)
    let dataStart = nameEnd + word16(header + 28)
    guard word32(header) == 0x0403_4b50, dataStart <= limit,
      bytes[header + 30..<nameEnd].elementsEqual(bytes[nameBytes])
    else {
      throw failure("has no local header of its name at byte \(header)", name)
    }
    var fields = [UInt64(word32(header + 22)), UInt64(word32(header + 18))]
    try widen(&fields, extra: nameEnd..<dataStart, name)
    // With bit 3 of the flags the header may leave size and checksum to a record after the data.
    let isDeferred = flags & 8 != 0
    let sum = word32(header + 14)
    guard word16(header + 6) == flags, word16(header + 8) == 0,
      fields == [size, size] || isDeferred && fields == [0, 0],
      sum == checksum || isDeferred && sum == 0
    else {
      throw failure("has a local header that contradicts the directory of the archive", name)
    }
    guard size <= UInt64(limit - dataStart) else {
      throw failure(
        "has \(size) bytes, but only \(limit - dataStart) follow", name, advice: Self.cutShort)
    }
    var end = dataStart + Int(size)
    if isDeferred, limit - end >= 16, word32(end) == 0x0807_4b50 {
      guard word32(end + 4) == checksum, word32(end + 8) == UInt32(truncatingIfNeeded: size) else {
        throw failure("has a record after its data that contradicts the directory", name)
      }
      end += 16
    }
    return ZipArchive.Entry(
      name: name, range: dataStart..<dataStart + Int(size), checksum: checksum,
      headerStart: header, end: end)
  }

  /// Replaces fields of all ones by the 64-bit numbers of the zip64 block.
  private func widen(_ fields: inout [UInt64], extra: Range<Int>, _ name: String) throws {
    guard fields.contains(0xffff_ffff) else { return }
    var position = extra.lowerBound
    while extra.upperBound - position >= 4 {
      let size = word16(position + 2)
      let blockEnd = position + 4 + size
      guard blockEnd <= extra.upperBound else { break }
      if word16(position) == 1 {
        var next = position + 4
        for index in fields.indices where fields[index] == 0xffff_ffff {
          guard blockEnd - next >= 8 else { throw failure("has a zip64 block too short", name) }
          fields[index] = word64(next)
          next += 8
        }
        return
      }
      position = blockEnd
    }
    throw failure("needs a zip64 block, and has none", name)
  }

  /// The name of an entry: a relative path within the archive.
  private func name(_ range: Range<Int>, at record: Int) throws -> String {
    guard let name = String(validating: bytes[range], as: UTF8.self), !name.isEmpty,
      !name.utf8.contains(0)
    else {
      throw failure("the name of a file at byte \(record) of the archive is not a text")
    }
    guard !name.hasPrefix("/"), !name.contains("\\"),
      !name.split(separator: "/").contains("..")
    else {
      throw failure("the archive holds a file whose name leaves its folder", name)
    }
    return name
  }
}
