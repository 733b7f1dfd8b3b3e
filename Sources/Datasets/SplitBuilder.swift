import Basics

/// A split of `folds.csv` while its rows are read.
struct SplitBuilder {
  /// Where a case was put.
  private struct Entry {
    let subset: Split.Subset
    let item: Int
    let line: Int
  }

  private var split: Split
  private let line: Int
  private var byCase: [Int: Entry] = [:]
  private var byGroup: [Int: Entry] = [:]

  init(name: String, index: Int, line: Int) {
    split = Split(
      name: name, index: index, repeatIndex: Split.repeatIndex(ofName: name) ?? index, training: [],
      validation: [], test: [])
    self.line = line
  }

  mutating func add(
    _ item: Int, _ subset: Split.Subset, group: Int, cases: CaseSet, at place: Place
  ) throws {
    let entry = Entry(subset: subset, item: item, line: place.line ?? 0)
    let id = cases.cases[item].id
    if let earlier = byCase.updateValue(entry, forKey: item) {
      throw ZooError(
        .badValue,
        "\"\(id)\" is in split \(split.name) twice, in \(subset.rawValue) here and in "
          + "\(earlier.subset.rawValue) at line \(earlier.line)", at: place)
    }
    if let earlier = byGroup[group] {
      guard earlier.subset == subset else {
        throw ZooError(
          .badValue,
          "\"\(id)\" in \(subset.rawValue) and \"\(cases.cases[earlier.item].id)\" in "
            + "\(earlier.subset.rawValue) at line \(earlier.line) have the same patient or report",
          at: place, advice: "keep a group in one subset of a split")
      }
    } else {
      byGroup[group] = entry
    }
    switch subset {
    case .training: split.training.append(item)
    case .validation: split.validation.append(item)
    case .test: split.test.append(item)
    }
  }

  func finish(path: String) throws -> Split {
    for subset in [Split.Subset.training, .test] where split[subset].isEmpty {
      throw ZooError(
        .badValue, "split \(split.name) has no \(subset.rawValue) cases",
        at: Place(path: path, line: line))
    }
    var result = split
    result.training.sort()
    result.validation.sort()
    result.test.sort()
    return result
  }
}
