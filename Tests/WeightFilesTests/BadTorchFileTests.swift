import Basics
import Foundation
import TestSupport
import Testing

@testable import WeightFiles

private let cutShort = "\n  The file may be cut short or damaged: fetch it again."
private let pickle = ZipItem("m/data.pkl", Pickle.whole(Pickle.state))
private let storage = ZipItem("m/data/0", fourFloats)

private func version(_ text: String) -> ZipItem { ZipItem("m/version", Array(text.utf8)) }

/// The zip64 records of an archive of two files, then its end; `change` may lie in the first.
private func zip64(_ change: (inout [UInt8], Int, Int) -> Void = { _, _, _ in }) -> Data {
  zipArchive([pickle, storage]) { end, start, size in
    var record = [0x50, 0x4b, 6, 6] + little(UInt64(44)) + little(UInt32(0x2d_002d))
    record += little(UInt64(0)) + little(UInt64(2)) + little(UInt64(2)) + little(UInt64(size))
    record += little(UInt64(start))
    var locator = [0x50, 0x4b, 6, 7] + little(UInt32(0)) + little(UInt64(start + size))
    locator += little(UInt32(1))
    var both = record + locator
    change(&both, start, size)
    // All ones: the numbers stand in the zip64 record.
    end = both + end[..<8] + [UInt8](repeating: 0xff, count: 12) + end[20...]
  }
}

private let badEntries = [
  BadFile(
    "no pickle", zipArchive([storage]),
    "a.pth: a zip archive without data.pkl; expected one that torch.save wrote"),
  BadFile(
    "two data.pkl", zipArchive([pickle, storage, ZipItem("n/data.pkl", pickle.data)]),
    "a.pth: has two pickles, \"m/data.pkl\" and \"n/data.pkl\"; expected one"),
  BadFile(
    "two files of one name", zipArchive([pickle, pickle, storage]),
    "a.pth: m/data.pkl: the archive has two files of this name"),
  BadFile(
    "a missing storage", zipArchive([pickle]),
    "a.pth: m/data/0: storage \"0\" is missing"),
  BadFile(
    "a storage shorter than the pickle says",
    zipArchive([pickle, ZipItem("m/data/0", Array(fourFloats.dropLast()))]),
    "a.pth: m/data/0: the storage has 15 bytes; expected 16"),
  BadFile(
    "another local name", zipArchive([pickle, storage.with { $0.localName = "m/data/1" }]),
    "a.pth: m/data/0: has no local header of its name at byte \(30 + 10 + pickle.data.count)"),
  BadFile(
    "another local size", zipArchive([pickle, storage.with { $0.localSize = 8 }]),
    "a.pth: m/data/0: has a local header that contradicts the directory of the archive"),
  BadFile(
    "overlapping entries",
    zipArchive(
      [
        pickle, storage, ZipItem("m/data/0", fourFloats).with { $0.name = "m/data/1" },
      ].map { item in
        // The storage claims the header and the data of the file behind it.
        item.name == "m/data/0"
          ? item.with {
            $0.size = 16 + 30 + 8 + 16
            $0.checksum = 0
          } : item
      }), "a.pth: m/data/1: overlaps \"m/data/0\" in the archive"),
  BadFile(
    "two names for the same bytes",
    zipArchive([
      pickle, storage, storage.with { $0.offset = UInt32(30 + 10 + pickle.data.count) },
    ]), "a.pth: m/data/0: the archive has two files of this name"),
  BadFile(
    "a bad checksum", zipArchive([pickle, storage.with { $0.checksum = 0x1234 }]),
    "a.pth: m/data/0: has checksum"
      + " \(hexadecimal(fourFloats.withUnsafeBytes { CRC32.checksum($0) })); expected 0x1234\n  The"
      + " file is damaged: fetch it again. (Or PyTorch wrote it with set_crc32_options(False):"
      + " save it again without.)"),
  BadFile(
    "an encrypted entry", zipArchive([pickle, storage.with { $0.flags = 1 }]),
    "a.pth: m/data/0: is encrypted"),
  BadFile(
    "a deflated entry", zipArchive([pickle.with { $0.method = 8 }, storage]),
    "a.pth: m/data.pkl: is compressed (method 8); expected a stored file, as torch.save writes"
      + " it\n  Load the file in Python and save it again with torch.save."),
  BadFile(
    "a bomb of 1000 to 1",
    zipArchive([
      pickle,
      storage.with {
        $0.method = 8
        $0.size = 16_000
      },
    ]),
    "a.pth: m/data/0: is compressed (method 8); expected a stored file, as torch.save writes"
      + " it\n  Load the file in Python and save it again with torch.save."),
  BadFile(
    "a size beyond the file", zipArchive([pickle, storage.with { $0.size = 4_000_000_000 }]),
    "a.pth: m/data/0: has 4000000000 bytes, but only 16 follow" + cutShort),
  BadFile(
    "an offset beyond the file", zipArchive([pickle, storage.with { $0.offset = 4_000_000_000 }]),
    "a.pth: m/data/0: would begin at byte 4000000000, beyond the files of the archive"),
  BadFile(
    "a name that leaves its folder", zipArchive([pickle, storage, ZipItem("m/../x", [])]),
    "a.pth: m/../x: the archive holds a file whose name leaves its folder"),
  BadFile(
    "an absolute name", zipArchive([pickle, storage, ZipItem("/etc/passwd", [])]),
    "a.pth: /etc/passwd: the archive holds a file whose name leaves its folder"),
  BadFile(
    "a symbolic link",
    zipArchive([pickle, storage, ZipItem("m/link", []).with { $0.attributes = 0xA1FF_0000 }]),
    "a.pth: m/link: is a symbolic link; expected a file"),
  BadFile(
    "a big-endian file",
    zipArchive([pickle, storage, ZipItem("m/byteorder", Array("big".utf8))]),
    "a.pth: m/byteorder: the byte order is \"big\"; expected \"little\""),
  BadFile(
    "a later version", zipArchive([pickle, storage, version("11\n")]),
    "a.pth: m/version: the archive has version \"11\"; expected 1 to 10"),
  BadFile(
    "a TorchScript program", zipArchive([pickle, storage, ZipItem("m/constants.pkl", [])]),
    "a.pth: is a TorchScript program, which is not read\n  Load it in Python with torch.jit.load and"
      + " save its state_dict() with torch.save."),
  BadFile(
    "a second pickle behind the first",
    zipArchive([ZipItem("m/data.pkl", pickle.data + pickle.data), storage]),
    "a.pth: m/data.pkl: the pickle ends at byte \(pickle.data.count) of \(2 * pickle.data.count);"
      + " expected none after it"),
]

private let badEnds = [
  BadFile(
    "no directory", zipArchive([pickle, storage]).prefix(200),
    "a.pth: the archive has no directory at its end" + cutShort),
  BadFile(
    "a trailing byte", zipArchive([pickle, storage]) + [0],
    "a.pth: the archive has no directory at its end" + cutShort),
  BadFile(
    "more files than the directory holds",
    zipArchive([pickle, storage]) { end, _, _ in end[10] = 200 },
    "a.pth: the archive announces 200 files; its directory of 110 bytes can't hold them"),
  BadFile(
    "fewer files than the directory holds",
    zipArchive([pickle, storage]) { end, _, _ in end[10] = 1 },
    "a.pth: the directory of the archive holds 2 files; expected the 1 that its end announces"),
  BadFile(
    "several volumes", zipArchive([pickle, storage]) { end, _, _ in end[4] = 1 },
    "a.pth: the archive is one of several volumes"),
  BadFile(
    "zip64 without its records",
    zipArchive([pickle, storage]) { end, _, _ in
      end.replaceSubrange(16..<20, with: [255, 255, 255, 255])
    },
    "a.pth: the directory of the archive would stand at 4294967295 with 110 bytes; expected it to"
      + " end at \(zipArchive([pickle, storage]).count - 22)" + cutShort),
  BadFile(
    "a zip64 locator to nowhere", zip64 { both, _, _ in both[64 + 2] = 0xff },
    "a.pth: the zip64 locator points to"
      + " \(zipArchive([pickle, storage]).count - 22 | 0xff << 16),"
      + " where no zip64 record of the right size stands"),
  BadFile(
    "a zip64 directory of 2⁶³ bytes", zip64 { both, _, _ in both[47] = 0x80 },
    "a.pth: the directory of the archive would stand at"
      + " \(zipArchive([pickle, storage]).count - 22 - 110) with 9223372036854775918 bytes; expected"
      + " it to end at \(zipArchive([pickle, storage]).count - 22)" + cutShort),
  BadFile(
    "2⁵⁶ files by zip64", zip64 { both, _, _ in (both[31], both[39]) = (1, 1) },
    "a.pth: the archive announces 72057594037927938 files; its directory of 110 bytes can't hold"
      + " them"),
  BadFile(
    "an entry that needs zip64 and has none",
    zipArchive([pickle, storage.with { $0.size = .max }]),
    "a.pth: m/data/0: needs a zip64 block, and has none"),
  BadFile(
    "an entry whose zip64 block is short",
    zipArchive([
      pickle,
      storage.with {
        $0.size = .max
        $0.extra = little(UInt16(1)) + little(UInt16(8)) + little(UInt64(16))
      },
    ]), "a.pth: m/data/0: has a zip64 block too short"),
  BadFile(
    "an entry whose zip64 block lies",
    zipArchive([
      pickle,
      storage.with {
        $0.size = .max
        $0.localSize = 16
        $0.extra = little(UInt16(1)) + little(UInt16(16)) + little(UInt64(1) << 63)
        $0.extra += little(UInt64(1) << 63)
      },
    ]), "a.pth: m/data/0: has a local header that contradicts the directory of the archive"),
]

private let badStreams = [
  BadFile(
    "a pickle of pickle.dump", Data(Pickle.whole(Pickle.state)),
    "a.pth: is a pickle, but does not begin with PyTorch's magic number\n  Files of pickle.dump or"
      + " joblib are not read: write them with torch.save or safetensors."),
  BadFile(
    "another magic number", torchLegacy(Pickle.state, magic: legacyMagic.reversed()),
    "a.pth: is a pickle, but does not begin with PyTorch's magic number\n  Files of pickle.dump or"
      + " joblib are not read: write them with torch.save or safetensors."),
  BadFile(
    "another protocol", torchLegacy(Pickle.state, version: 1000),
    "a.pth: the protocol of the file is 1000; expected 1001"),
  BadFile(
    "big-endian", torchLegacy(Pickle.state, littleEndian: false),
    "a.pth: does not say that its numbers are little-endian; others are not read"),
  BadFile(
    "fewer storages than tensors name", torchLegacy(Pickle.state, keys: Pickle.emptyList),
    "a.pth: lists 0 storages; the tensors name 1"),
  BadFile(
    "another storage than tensors name",
    torchLegacy(Pickle.state, keys: Pickle.list([Pickle.text("1")])),
    "a.pth: lists storage \"1\", which no tensor names or which stood there before"),
  BadFile(
    "keys that are a text", torchLegacy(Pickle.state, keys: Pickle.text("0")),
    "a.pth: the keys of the storages are a text; expected a list"),
  BadFile(
    "a count that is too large", torchLegacy(Pickle.state, count: 1 << 62),
    "a.pth: storage \"0\" has 4611686018427387904 elements; expected 4"),
  BadFile(
    "a count below zero", torchLegacy(Pickle.state, count: -4),
    "a.pth: storage \"0\" has -4 elements; expected 4"),
  BadFile(
    "a storage cut short", torchLegacy(Pickle.state, storage: Array(fourFloats.dropLast())),
    "a.pth: storage \"0\" has 16 bytes, but only 15 follow" + cutShort),
  BadFile(
    "nothing after the keys", torchLegacy(Pickle.state).dropLast(20),
    "a.pth: ends at byte \(torchLegacy(Pickle.state).count - 20), before storage \"0\""
      + cutShort),
  BadFile(
    "a second pickle at the end", torchLegacy(Pickle.state, trailing: pickle.data),
    "a.pth: the storages end at byte \(torchLegacy(Pickle.state).count), but the file has"
      + " \(torchLegacy(Pickle.state).count + pickle.data.count); expected none after the last"
      + " storage"),
]

private let otherFiles = [
  BadFile("an empty file", Data(), "a.pth: is empty; expected a safetensors or PyTorch file"),
  BadFile(
    "a text", Data("Not Found".utf8),
    "a.pth: begins with 0x4e 0x6f 0x74 0x20; expected a safetensors or PyTorch file"),
  BadFile(
    "a web page", Data("<!DOCTYPE html>".utf8),
    "a.pth: is a web page or XML, not a file of weights\n  Check the address it was fetched from."),
  BadFile(
    "a compressed file", Data([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0]),
    "a.pth: is compressed with gzip, not a file of weights\n  Decompress it first."),
  BadFile(
    "a Keras file", Data([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]),
    "a.pth: is an HDF5 file (Keras), not a file of weights\n  Keras files are not read."),
  BadFile(
    "a pointer of Git LFS", Data("version https://git-lfs.github.com/spec/v1\n".utf8),
    "a.pth: is a pointer of Git LFS, not a file of weights\n  Fetch the file itself with git lfs"
      + " pull."),
  BadFile(
    "PyTorch's oldest format", Data(count: 257) + Data("ustar  ".utf8) + Data(count: 248),
    "a.pth: is a tar archive, as PyTorch wrote them before 0.1.10; these are not read\n  Load it in"
      + " Python and save it again with torch.save."),
]

@Suite struct BadTorchFileTests {
  @Test(
    "A bad archive, stream or other file is refused with what was found",
    arguments: badEntries + badEnds + badStreams + otherFiles)
  func refused(_ bad: BadFile) {
    #expect(errorText { _ = try StateDictionary.parse(bad.data, path: "a.pth") } == bad.message)
  }

  @Test("The files that the bad ones are made from are good")
  func good() throws {
    for data in [
      torchZip(Pickle.state), torchLegacy(Pickle.state), zip64(),
      zipArchive([pickle, storage, version("3\n"), ZipItem("m/byteorder", Array("little".utf8))]),
    ] {
      let file = try StateDictionary.parse(data)
      #expect(file.entries.map(\.name) == ["w"])
      #expect(try file.floats("w") == [0.5, 1.5, 2.5, 3.5])
      // A slice of data begins elsewhere than at 0.
      #expect(try StateDictionary.parse((Data(count: 3) + data).dropFirst(3)).floats("w")[3] == 3.5)
    }
  }

  @Test("A file cut at any byte is refused", arguments: [true, false])
  func cut(isZip: Bool) {
    let whole = isZip ? zip64() : torchLegacy(Pickle.state)
    for count in 0..<whole.count {
      #expect(throws: ZooError.self) { try StateDictionary.parse(whole.prefix(count)) }
    }
  }

  @Test(
    "A file changed at any byte is refused or read, and never crashes", arguments: [true, false])
  func flipped(isZip: Bool) {
    let whole = isZip ? zip64() : torchLegacy(Pickle.state)
    for index in whole.indices {
      for bit in 0..<8 {
        var data = whole
        data[index] ^= 1 << bit
        guard let file = try? StateDictionary.parse(data) else { continue }
        for entry in file.entries {
          #expect((try? file.floats(entry.name))?.count == entry.count)
        }
      }
    }
  }

  @Test("The checksum is that of zip: 0xCBF43926 for the nine digits")
  func checksum() {
    #expect(Array("123456789".utf8).withUnsafeBytes { CRC32.checksum($0) } == 0xCBF4_3926)
    #expect([UInt8]().withUnsafeBytes { CRC32.checksum($0) } == 0)
  }
}
