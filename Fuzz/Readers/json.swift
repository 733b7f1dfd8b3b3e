import Basics
import Foundation

/// The strict JSON reader; what it accepts must come back the same from its own writer.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard let value = try? JSONValue.parse(Data(bytes: start, count: count)) else { return 0 }
  let text = value.text(pretty: false)
  guard let again = try? JSONValue.parse(Data(text.utf8)), again == value else {
    preconditionFailure("what was written is not what was read: \(text)")
  }
  return 0
}
