import Datasets

/// The pictures of a case in two fields of a line: one as ever, several parted by `|`, views before their files.
extension DataDigest.Row {
  /// The SHA-256 of each file that is known, behind its view's name and a colon where there is one.
  static func images(of item: Case) -> String {
    let files = item.images.map { image -> String in
      guard let file = image.picture?.file else { return "" }
      // Words of a table may hold the signs that part fields.
      return image.view.map { "\($0.filter { !"|:".contains($0) }):\(file)" } ?? file
    }
    return files.contains { !$0.isEmpty } ? files.joined(separator: "|") : ""
  }

  /// What each picture shares with other cases.
  static func shared(of item: Case) -> String {
    let keys = item.images.map { $0.picture?.shared ?? "" }
    return keys.contains { !$0.isEmpty } ? keys.joined(separator: "|") : ""
  }

  /// What is known of each picture.
  var pictures: [CasePicture] {
    guard !image.isEmpty else { return [] }
    let keys = picture.split(separator: "|", omittingEmptySubsequences: false)
    return image.split(separator: "|", omittingEmptySubsequences: false).enumerated()
      .map { place, file in
        let key = place < keys.count ? keys[place] : ""
        return CasePicture(
          file: String(file.split(separator: ":").last ?? ""),
          shared: key.isEmpty ? nil : String(key))
      }
  }
}
