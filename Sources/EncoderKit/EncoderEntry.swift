/// A named encoder of a plugin: what its images' and its texts' entries share.
public protocol EncoderEntry: Sendable {
  /// What people want to know of it.
  var description: EncoderDescription { get }

  /// What a tensor of a published file is to this encoder, by its name without what a wrapper put before it; nil,
  /// unless said otherwise, where the name is the encoder's own key or unknown.
  func published(_ name: String) -> PublishedName?

  /// How the values of a published tensor of another shape become those of a key, in the file's order of axes, such as
  /// position embeddings of other images; nil, unless said otherwise, where they can't.
  func adaptation(of key: String, from shape: [Int], to wanted: [Int]) -> (([Float]) -> [Float])?
}

extension EncoderEntry {
  /// Nil: files spell the keys as the encoder does.
  public func published(_ name: String) -> PublishedName? { nil }

  /// Nil: a tensor of another shape does not fit.
  public func adaptation(of key: String, from shape: [Int], to wanted: [Int]) -> (
    ([Float]) -> [Float]
  )? { nil }
}
