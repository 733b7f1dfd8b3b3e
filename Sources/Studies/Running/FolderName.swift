import Basics
import Downloads
import Foundation

/// Names of folders that are made from names of people's: ids of cases, combinations of encoders.
///
/// Most disks take 255 bytes, and a path has room for few names of that length.
package enum FolderName {
  /// How many bytes of a name a folder's holds whole; longer ones are cut, and a hash added.
  package static let limit = 100
  /// Stands before the hash; names that are not cut never hold it.
  private static let mark = "~"

  /// A case's id as the name of a folder: what is neither letter, digit, `-`, `_` nor `.` becomes a
  /// percent sign and two hexadecimal digits, so that no two ids share one.
  ///
  /// A name over `limit` is cut, and 16 digits of the id's SHA-256 are added; `marksCase` adds them
  /// in any case, where another id differs in the case of its letters alone.
  package static func ofID(_ id: String, marksCase: Bool = false) throws -> String {
    let name = escapedID(id)
    guard name.utf8.count > limit || marksCase else { return name }
    return try cut(name, of: id)
  }

  /// The uncut name of an id, under which earlier versions made its folder; nil where no disk takes it.
  package static func ofLongID(_ id: String) -> String? {
    let name = escapedID(id)
    return name.utf8.count <= 255 ? name : nil
  }

  /// The ids that differ from another one in the case of their letters alone.
  package static func differingInCase(_ ids: [String]) -> Set<String> {
    Set(Dictionary(grouping: Set(ids)) { $0.lowercased() }.values.filter { $0.count > 1 }.joined())
  }

  /// A combination's name as the name of a folder: as it is where every disk takes that, else with
  /// percent signs and a hash.
  package static func ofCombination(_ name: String) throws -> String {
    let isSafe =
      name.utf8.count <= limit && name.first != "." && !name.hasSuffix(" ")
      && !name.unicodeScalars.contains {
        "/\\:*?\"<>|~".unicodeScalars.contains($0) || $0.properties.generalCategory == .control
      }
    if isSafe { return name }
    let spared = Set(" +,()".utf8)
    return try cut(
      escaped(name) { byte, index in
        isPlain(byte) || (byte == UInt8(ascii: ".") || spared.contains(byte)) && index > 0
      }, of: name)
  }

  /// The folder of a combination's cell in a comparison's run: also where an earlier version made it,
  /// under the name as it is.
  package static func cell(_ combination: String, split: String, in run: String) throws -> String {
    let cells = "\(run)/cells/\(split)"
    let name = try ofCombination(combination)
    let earlier = "\(cells)/\(combination)"
    let isEarlier = name != combination && FileManager.default.fileExists(atPath: earlier)
    return isEarlier ? earlier : "\(cells)/\(name)"
  }

  /// The folder of the trials of a combination, or of a baseline, in a run's.
  package static func trials(_ name: String, split: String, in run: String) throws -> String {
    try "\(run)/\(CellTuner.folderName)/\(split)/\(ofCombination(name))"
  }

  private static func cut(_ name: String, of whole: String) throws -> String {
    var kept = Array(name.utf8.prefix(limit - 17))
    // Half an escape would read as another one.
    if let last = kept.suffix(2).lastIndex(of: UInt8(ascii: "%")), name.utf8.count > kept.count {
      kept.removeSubrange(last...)
    }
    let stream = try SHA256Stream()
    try Array(whole.utf8).withUnsafeBytes { try stream.update($0) }
    return String(decoding: kept, as: UTF8.self) + mark + (try stream.finish().prefix(16))
  }

  private static func escaped(_ name: String, isKept: (UInt8, Int) -> Bool) -> String {
    var result = ""
    for (index, byte) in name.utf8.enumerated() {
      if isKept(byte, index) {
        result.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        result += String(format: "%%%02X", byte)
      }
    }
    return result
  }

  private static func escapedID(_ id: String) -> String {
    escaped(id) { byte, index in isPlain(byte) || byte == UInt8(ascii: ".") && index > 0 }
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
