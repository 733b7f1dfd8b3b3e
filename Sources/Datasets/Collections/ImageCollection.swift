/// Published collections of images that weights may have been trained on.
package enum ImageCollection {
  /// What a study says whose data are of none of them.
  package static let own = "own"

  /// Those whose names are known without a catalogue.
  package static let names = [
    "chestx-ray14", "chexpert", "mimic-cxr", "nih-google", "open-i", "padchest", "rsna-pneumonia",
  ]

  /// The collection whose images another one gives anew, with labels of its own; else itself.
  ///
  /// RSNA's pneumonia challenge took its radiographs from ChestX-ray14 (Shih and others 2019, "Augmenting
  /// the National Institutes of Health chest radiograph dataset",
  /// https://doi.org/10.1148/ryai.2019180041), and Google relabelled some of it (Majkowska and others
  /// 2020, https://doi.org/10.1148/radiol.2019191293).
  static func images(of collection: String) -> String {
    ["rsna-pneumonia", "nih-google"].contains(collection) ? "chestx-ray14" : collection
  }

  /// Whether two collections may have images in common.
  package static func overlap(_ first: String, _ second: String) -> Bool {
    images(of: first) == images(of: second)
  }

  /// The collection that a case's id or the name of one of its images looks like; nil for none.
  package static func recognised(_ item: Case) -> String? {
    let paths = item.images.isEmpty ? [""] : item.images.map(\.path)
    return paths.lazy.compactMap { recognised(item.id, $0) }.first
  }

  private static func recognised(_ id: String, _ file: String) -> String? {
    let path = file.split(separator: "/").map(String.init)
    let names = [id] + path.suffix(1)
    if names.contains(where: isChestXray14) { return "chestx-ray14" }
    if names.contains(where: isOpenI) { return "open-i" }
    if isCheXpert(path) { return "chexpert" }
    return isMIMIC(path) ? "mimic-cxr" : nil
  }

  /// `00000001_000.png`: a patient from 1 to 30,805, and a follow-up.
  private static func isChestXray14(_ name: String) -> Bool {
    let pieces = stem(name).split(separator: "_", omittingEmptySubsequences: false)
    guard pieces.count == 2, isDigits(pieces[0], 8), isDigits(pieces[1], 3) else { return false }
    return (1...30_805).contains(Int(pieces[0]) ?? 0)
  }

  /// `CXR12_IM-0001-3001`, `CXR12_1_IM-0001-3001.png`, or Kaggle's `12_IM-0001-3001.dcm.png`.
  private static func isOpenI(_ name: String) -> Bool {
    var pieces = stem(stem(name)).split(separator: "_", omittingEmptySubsequences: false)
    guard (2...3).contains(pieces.count), let image = pieces.popLast(), image.hasPrefix("IM-")
    else { return false }
    let numbers = image.dropFirst(3).split(separator: "-", omittingEmptySubsequences: false)
    guard (1...3).contains(numbers.count), isDigits(numbers[0], 4),
      numbers.allSatisfy({ isDigits($0, 1...12) })
    else { return false }
    let report = pieces[0].hasPrefix("CXR") ? pieces[0].dropFirst(3) : pieces[0]
    return isDigits(report, 1...4) && pieces.dropFirst().allSatisfy { isDigits($0, 1...2) }
  }

  /// `patient00001/study1/view1_frontal.jpg`.
  private static func isCheXpert(_ path: [String]) -> Bool {
    guard path.count >= 3 else { return false }
    let last = path.suffix(3).map { $0 }
    return last[0].hasPrefix("patient") && isDigits(last[0].dropFirst(7), 5)
      && last[1].hasPrefix("study") && isDigits(last[1].dropFirst(5), 1...3)
      && last[2].hasPrefix("view")
      && ["_frontal", "_lateral"].contains { stem(last[2]).hasSuffix($0) }
  }

  /// `p10000032/s50414267/02aa804e-….jpg`.
  private static func isMIMIC(_ path: [String]) -> Bool {
    guard path.count >= 3 else { return false }
    let last = path.suffix(3).map { $0 }
    return last[0].hasPrefix("p1") && isDigits(last[0].dropFirst(), 8)
      && last[1].hasPrefix("s5") && isDigits(last[1].dropFirst(), 8)
  }

  private static func isDigits(_ text: some StringProtocol, _ count: Int) -> Bool {
    isDigits(text, count...count)
  }

  private static func isDigits(_ text: some StringProtocol, _ counts: ClosedRange<Int>) -> Bool {
    counts.contains(text.utf8.count)
      && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }

  /// A file's name without its last ending.
  private static func stem(_ name: String) -> String {
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
    return String(name[..<dot])
  }
}
