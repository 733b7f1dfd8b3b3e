import Basics

/// A DICOM file: its pictures, and what is in it.
package enum DICOMFile {
  /// Decodes one frame.
  ///
  /// - Throws: `ZooError` that names the file and what is wrong with it.
  package static func picture(
    path: String, _ reading: DICOMReading, workers: DICOMWorkers = .shared
  ) throws -> DICOMPicture {
    try frame(path: path, reading.frame, workers: workers) { frame throws(DICOMFault) in
      try frame.picture(reading.window)
    }
  }

  /// The columns and rows that a file states; nil where it states none.
  ///
  /// No pixel is decoded.
  package static func size(path: String, workers: DICOMWorkers = .shared) -> (
    width: Int, height: Int
  )? {
    try? workers.ask(path, frame: noFrame, tags: [.rows, .columns]) { reply, _ in
      guard let rows = reply.header.integer(.rows), let columns = reply.header.integer(.columns),
        rows > 0, columns > 0
      else { return nil }
      return (columns, rows)
    }
  }

  /// Hands over one frame.
  ///
  /// - Throws: `ZooError` that names the file and what is wrong with it.
  static func frame<Value>(
    path: String, _ choice: FrameChoice, workers: DICOMWorkers = .shared,
    _ body: (DICOMFrame) throws(DICOMFault) -> Value
  ) throws -> Value {
    let outcome: Result<Value, ZooError> = try workers.ask(
      path, frame: choice.wire, tags: DICOMTag.forPixels
    ) { reply, bytes in
      if let refusal = refusal(reply, choice, path) { return .failure(refusal) }
      do throws(DICOMFault) {
        let frame = try DICOMFrame(
          reply.header, bytes, frames: max(1, reply.head.frames),
          storedBytes: reply.head.storedLength)
        return .success(try body(frame))
      } catch {
        return .failure(refusal(error, path))
      }
    }
    return try outcome.get()
  }

  /// As the worker is told that the elements are wanted alone.
  static let noFrame: UInt32 = 0xffff_fffd

  private static func refusal(_ fault: DICOMFault, _ path: String) -> ZooError {
    switch fault {
    case .damaged(let what):
      ZooError(.badFormat, "the DICOM file is damaged: \(what)", at: Place(path: path))
    case .unsupported(let what):
      ZooError(
        .unsupported, "this kind of DICOM file is not read: \(what)", at: Place(path: path),
        advice: "convert it to PNG, or leave it out")
    }
  }
}
