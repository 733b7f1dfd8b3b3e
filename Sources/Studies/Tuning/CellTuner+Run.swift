import Basics
import Datasets
import Downloads
import Training
import Tuning

extension CellTuner {
  /// The searches of a run; nil where its study asks for none.
  ///
  /// - Parameters:
  ///   - study: as it is run.
  ///   - runner: makes its cells.
  ///   - splitCount: how many splits it has.
  ///   - finished: the run's cells.
  ///   - specificationName: what the run calls its specification.
  /// - Throws: `ZooError` where libcrypto fails.
  init?(
    _ study: StudySpecification, _ runner: CellRunner, splitCount: Int, _ finished: FinishedCells,
    specificationName: String
  ) throws {
    guard let tuning = study.tuning else { return nil }
    // More trials begin with the same ones.
    let specification = try sha256(of: study.source.withoutTrials.text())
    self.init(
      study: study, tuning: tuning, runner: runner, splitCount: splitCount, finished: finished,
      specification: [specificationName: specification])
  }
}

extension JSONValue {
  /// A study without the number of its trials.
  var withoutTrials: JSONValue { withTrials(nil) }

  /// How many trials a study asks for; nil where it does not.
  var tuningTrials: Int? { self[dotted: "tuning.trials"].flatMap { try? $0.integer() } }

  /// A study with another number of trials, or none.
  func withTrials(_ count: Int?) -> JSONValue {
    guard case .object(var members) = content else { return self }
    let index = members.firstIndex { $0.key == "tuning" }
    var inner: [(key: String, value: JSONValue)] = []
    if let index, case .object(let own) = members[index].value.content { inner = own }
    // Trials that are asked for take the place of hours.
    if count != nil { inner.removeAll { $0.key == "hours" } }
    let number = inner.firstIndex { $0.key == "trials" }
    if let count {
      if let number {
        inner[number].value = count.json
      } else {
        inner.insert(("trials", count.json), at: 0)
      }
    } else if let number {
      inner.remove(at: number)
    }
    if let index {
      members[index].value = JSONValue(.object(inner), at: members[index].value.place)
    } else if count != nil {
      members.append(("tuning", JSONValue(.object(inner), at: place)))
    }
    return JSONValue(.object(members), at: place)
  }
}
