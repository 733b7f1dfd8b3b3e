/// How many bits of 16-bit samples a scanner has filled, and so which of them is white.
///
/// A file of 16 bits may hold 0…65535, a detector's 0…4095, or even 0…255. One rule for a whole data
/// set, since a rule for each picture would make two pictures of one scanner different.
package enum SampleBits {
  /// What is chosen among where nobody says it.
  package static let choices = [8, 10, 12, 14, 16]
  /// What may be given.
  package static let range = 8...16
  /// A single picture is taken to hold 16 bits from this sample on; below, they may be fewer.
  package static let certain = 1 << 14

  /// The sample that is white.
  package static func white(_ bits: Int) -> Int { 1 << bits - 1 }

  /// The smallest choice that holds a sample.
  package static func holding(_ sample: Int) -> Int {
    choices.first { sample <= white($0) } ?? 16
  }

  /// What a file says of itself (sBIT), where its samples keep to it; nil where they don't, or where it
  /// says nothing: PNG wants samples of fewer bits moved up to 16, and then 65535 is white.
  static func stated(_ bits: Int?, largest: Int) -> Int? {
    bits.flatMap { range.contains($0) && largest <= white($0) ? $0 : nil }
  }
}
