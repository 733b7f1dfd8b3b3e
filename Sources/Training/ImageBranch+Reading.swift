import Basics
import Images

extension ImageBranch {
  /// A picture as a trained model's branch reads it.
  package struct Reading: Sendable {
    /// In the file's size.
    package let original: PixelImage
    /// `[size, size, channels]`.
    package let seen: PixelImage
    package let facts: PictureFacts
    /// The bits by which 16-bit samples are read; nil where there are none.
    package let bits: Int?
    /// Why they are these.
    package let reason: PictureCensus.Reason

    /// What a person should hear of the file, in sentences.
    package func notes(_ path: String) -> [String] {
      var census = PictureCensus()
      census.add(path, facts)
      return census.notes(bits: bits, reason)
    }
  }

  /// Reads one picture for a trained model.
  ///
  /// - Throws: `ZooError` that names the file: it can't be read, or has samples of 16 bits and neither it
  ///   nor the model tells how many of them are filled.
  package func read(_ path: String) throws -> Reading {
    let (image, facts) = try preprocessing.read(path)
    let bits = facts.depth == 16 && facts.dicom == nil ? try bits(of: facts, path) : nil
    let original = image.scaled(white: SampleBits.white(bits ?? 16))
    return Reading(
      original: original, seen: preprocessing.fitted(original), facts: facts, bits: bits,
      reason: pixels.bits == nil ? .file : .model)
  }

  /// The bits by which one picture of 16 is read.
  private func bits(of facts: PictureFacts, _ path: String) throws -> Int {
    var census = PictureCensus()
    census.add(path, facts)
    if let bits = pixels.bits { return bits }
    if facts.largest >= SampleBits.certain { return 16 }
    if facts.statedBits != nil, let stated = census.bits { return stated }
    throw ZooError(
      .badValue,
      "is 16-bit with values up to \(facts.largest), and the model does not say which value is white, as "
        + "one that was trained on pictures of 16 bits does",
      at: Place(path: path),
      advice: "say how many bits of its scanner's values are filled: --bits "
        + "\(SampleBits.holding(facts.largest)) takes \(SampleBits.white(SampleBits.holding(facts.largest))) "
        + "for white, --bits 16 takes 65535")
  }
}
