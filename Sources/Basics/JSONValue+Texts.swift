extension JSONValue {
  /// An object of texts by key, in the order of the keys, so that the same texts give the same bytes.
  package init(texts: [String: String]) {
    self.init(.object(texts.sorted { $0.key < $1.key }.map { ($0, $1.json) }))
  }

  /// The members of an object of texts by key.
  ///
  /// - Throws: `ZooError` of code `.badValue` when it is something else.
  package func texts() throws -> [String: String] {
    Dictionary(
      try object().members.map { ($0.key, try $0.value.string()) },
      uniquingKeysWith: { first, _ in first })
  }
}
