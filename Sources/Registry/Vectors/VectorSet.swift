import Basics
import Downloads

/// A published set of word vectors: where it is, how large it is, under which terms it comes.
package struct VectorSet: Sendable, Equatable {
  /// The name that commands and specifications use, such as `glove-6b-300d`.
  package let name: String
  /// The file of vectors, inside the zip it is published in.
  package let file: PackedFile
  /// The words that have a vector, repeated ones counted again.
  package let words: Int
  /// The numbers of a vector.
  package let dimension: Int
  /// The licences, each on its own.
  package let licences: WeightLicences
  /// The collections of texts it was trained on; nil where the catalogue does not say.
  package let trainedOn: [TrainingCollection]?
  /// Where it stands in the catalogue.
  package let place: Place

  /// Reads an entry of the catalogue.
  ///
  /// Several entries may name one zip: it is downloaded once.
  ///
  /// - Throws: `ZooError` for an unknown key, a missing one or a hash that is none.
  init(_ value: JSONValue) throws {
    var object = try value.object()
    place = value.place
    name = try object.string("name")
    let url = try object.string("url")
    let size = try object.required("bytes").integer(in: 1...1_000_000_000_000)
    let archive = try RemoteFile(
      url: url, size: size, hash: .sha256(try object.string("sha256")),
      fileName: String(url.split(separator: "/").last ?? ""))
    let unpacked = try object.value("memberBytes")?.integer(in: 1...1_000_000_000_000)
    file = try PackedFile(archive: archive, member: object.string("member"), size: unpacked)
    words = try object.required("words").integer(in: 1...1_000_000_000)
    dimension = try object.required("dimension").integer(in: 1...65_536)
    licences = try WeightLicences(object.required("licences"))
    trainedOn = try TrainingCollection.list(&object)
    try object.finish()
  }
}
