import Basics

/// Which frame of a DICOM file of several is read.
package enum FrameChoice: Sendable, Equatable {
  /// Files of several frames are refused.
  case only
  /// The middle one; of an even number the one before the middle.
  case middle
  /// One by its number, from 1.
  case number(Int)

  /// Most frames that a number may name.
  private static let most = 1_000_000

  /// Reads `"first"`, `"middle"` or a number from 1.
  ///
  /// - Throws: `ZooError` for anything else.
  package init(_ value: JSONValue) throws {
    guard case .string(let name) = value.content else {
      self = .number(try value.integer(in: 1...FrameChoice.most))
      return
    }
    self = try FrameChoice(name: name, at: value.place)
  }

  /// Reads a command line's `first`, `middle` or number.
  ///
  /// - Throws: `ZooError` for anything else.
  package init(name: String, at place: Place) throws {
    switch name {
    case "first": self = .number(1)
    case "middle": self = .middle
    default:
      guard let number = Int(name), (1...FrameChoice.most).contains(number) else {
        throw ZooError(
          .badValue,
          "unknown frame \"\(name)\"; expected \"first\", \"middle\" or a number from 1", at: place)
      }
      self = .number(number)
    }
  }

  /// The choice as a specification gives it.
  package var json: JSONValue {
    switch self {
    case .only: .init(.null)
    case .middle: "middle"
    case .number(let number): number.json
    }
  }

  /// As the worker is told.
  var wire: UInt32 {
    switch self {
    case .only: 0xffff_ffff
    case .middle: 0xffff_fffe
    case .number(let number): UInt32(clamping: number - 1)
    }
  }
}
