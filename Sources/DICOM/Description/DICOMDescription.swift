import Basics

/// What stands in a DICOM file, for a person.
package struct DICOMDescription: Sendable {
  /// An element's name and value.
  package typealias Row = (name: String, value: String)

  /// Of the picture and the machine.
  package let plain: [Row]
  /// Of the patient, the visit and the place.
  package let identifying: [Row]
  /// How the file is packed.
  package let transferSyntax: String
  /// Frames of the file; 0 where it holds no picture.
  package let frames: Int
  /// What it is where it holds no picture, as far as that is known.
  package let kind: String?

  /// Reads a file's elements; no pixel is decoded.
  ///
  /// - Throws: `ZooError` that names the file and what is wrong with it.
  package init(path: String, workers: DICOMWorkers = .shared) throws {
    let tags = (DescribedElement.plain + DescribedElement.identifying).map(\.tag)
    let reply = try workers.ask(
      path, frame: DICOMFile.noFrame, tags: tags + [.sopClass, .mediaClass]
    ) { reply, _ in reply }
    if let refusal = DICOMFile.refusal(reply, .only, path) { throw refusal }
    let header = reply.header
    func rows(_ elements: [DescribedElement]) -> [Row] {
      elements.compactMap { element in header.text(element.tag).map { (element.name, $0) } }
    }
    plain =
      rows(DescribedElement.plain) + DICOMDescription.tables(header)
      + (header.text(.unread).map { [("no text, or too long", $0)] } ?? [])
    identifying = rows(DescribedElement.identifying)
    transferSyntax = TransferSyntax.name(header.text(.transferSyntax) ?? "unknown")
    frames = reply.head.frames
    kind = ObjectKind.name(header.text(.sopClass) ?? header.text(.mediaClass))
  }

  private static func tables(_ header: DICOMHeader) -> [Row] {
    let found: [(DICOMHeader.Scope, String)] = [
      (.modalityTable, "modality table"), (.windowTable, "VOI table"),
    ]
    return found.compactMap { scope, name in
      guard let descriptor = header.words(.tableDescriptor, scope)?.values, descriptor.count == 3
      else { return nil }
      return (
        name, "\(descriptor[0] == 0 ? 65536 : Int(descriptor[0])) entries of \(descriptor[2]) bits"
      )
    }
  }
}
