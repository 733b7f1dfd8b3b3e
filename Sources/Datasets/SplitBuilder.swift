import Basics

/// A split of `folds.csv` while its rows are read.
struct SplitBuilder {
  /// Where a case was put.
  private struct Entry {
    let part: Split.Part
    let item: Int
    let line: Int
  }

  private var split: Split
  private let line: Int
  private var byCase: [Int: Entry] = [:]
  private var byGroup: [Int: Entry] = [:]

  init(name: String, index: Int, line: Int) {
    split = Split(
      name: name, index: index, repeatIndex: Self.repeatIndex(name) ?? index, training: [],
      validation: [], test: [])
    self.line = line
  }

  mutating func add(
    _ item: Int, _ part: Split.Part, group: Int, cases: CaseSet, at place: Place
  ) throws {
    let entry = Entry(part: part, item: item, line: place.line ?? 0)
    let id = cases.cases[item].id
    if let earlier = byCase.updateValue(entry, forKey: item) {
      throw ZooError(
        .badValue,
        "\"\(id)\" is in split \(split.name) twice, in \(part.rawValue) here and in "
          + "\(earlier.part.rawValue) at line \(earlier.line)", at: place)
    }
    if let earlier = byGroup[group] {
      guard earlier.part == part else {
        throw ZooError(
          .badValue,
          "\"\(id)\" in \(part.rawValue) and \"\(cases.cases[earlier.item].id)\" in "
            + "\(earlier.part.rawValue) at line \(earlier.line) have the same patient or report",
          at: place, advice: "keep a group in one part of a split")
      }
    } else {
      byGroup[group] = entry
    }
    switch part {
    case .training: split.training.append(item)
    case .validation: split.validation.append(item)
    case .test: split.test.append(item)
    }
  }

  func finish(path: String) throws -> Split {
    for part in [Split.Part.training, .test] where split[part].isEmpty {
      throw ZooError(
        .badValue, "split \(split.name) has no \(part.rawValue) cases",
        at: Place(path: path, line: line))
    }
    var result = split
    result.training.sort()
    result.validation.sort()
    result.test.sort()
    return result
  }

  /// The repeat in a name such as `r2f1`, from 0.
  private static func repeatIndex(_ name: String) -> Int? {
    guard name.hasPrefix("r"), let fold = name.firstIndex(of: "f"),
      let number = Int(name[name.index(after: name.startIndex)..<fold]), number > 0,
      Int(name[name.index(after: fold)...]) != nil
    else { return nil }
    return number - 1
  }
}
