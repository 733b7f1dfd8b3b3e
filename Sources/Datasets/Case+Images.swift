extension Case {
  /// The path of its first picture; nil where it has none.
  ///
  /// Setting it leaves that picture alone.
  package var imagePath: String? {
    get { images.first?.path }
    set { images = newValue.map { [CaseImage(path: $0)] } ?? [] }
  }

  /// What its pictures share with those of other cases, each once.
  package var sharedPictures: [String] { unique(images.compactMap { $0.picture?.shared }) }

  /// What its pictures have in common with nearly equal ones, each once.
  package var nearPictures: [String] { unique(images.compactMap { $0.picture?.near }) }

  private func unique(_ keys: [String]) -> [String] {
    var seen: Set<String> = []
    return keys.filter { seen.insert($0).inserted }
  }
}
