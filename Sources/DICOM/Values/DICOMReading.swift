import Basics

/// How DICOM files become pictures.
package struct DICOMReading: Sendable, Equatable {
  /// Which values become black to white.
  package var window: WindowChoice
  /// Which frame of several.
  package var frame: FrameChoice

  /// A reading; by default the file's window, and one frame alone.
  package init(window: WindowChoice = .file, frame: FrameChoice = .only) {
    self.window = window
    self.frame = frame
  }

  /// Takes `window` and `frame` out of a branch's object.
  ///
  /// - Throws: `ZooError` for a value that can't be.
  package init(_ object: inout JSONObject) throws {
    window = try object.value("window").map { try WindowChoice($0) } ?? .file
    frame = try object.value("frame").map { try FrameChoice($0) } ?? .only
  }

  /// The members that differ from the default.
  package var members: [(key: String, value: JSONValue)] {
    var members: [(key: String, value: JSONValue)] = []
    if window != .file { members.append(("window", window.json)) }
    if frame != .only { members.append(("frame", frame.json)) }
    return members
  }
}
