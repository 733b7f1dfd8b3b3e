import Basics
import Foundation
import TestSupport
import Testing

@testable import Datasets

@Suite("Labels of a pre-training, some of which may be too rare or unknown")
struct FindingsTests {
  private func read(_ rows: String, _ first: String = "Mass", isStrict: Bool = false) throws
    -> CaseSet
  {
    try withTemporaryFolder { folder in
      for name in ["a.png", "b.png"] { try AtomicFile.write("", to: "\(folder)/\(name)") }
      let path = "\(folder)/own.csv"
      try AtomicFile.write("file,who,\(first),Edema\n" + rows, to: path)
      var rules = CaseRules(image: .required, labelling: .together)
      rules.needsEveryAnswer = isStrict
      return try CaseSet.csv(
        path: path,
        columns: CSVColumns(
          image: "file",
          labelColumns: [first, "Edema"].map { CSVColumns.LabelColumn(label: $0, column: $0) },
          patient: "who"), rules: rules)
    }
  }

  @Test("Decimals, words and Excel's truth are answers; nan is none, and said")
  func forms() throws {
    let set = try read("a.png,p,\"1,0\",FALSE\nb.png,q,0.00,nan\na.png,r,true,1\n")
    let answers = set.answers(to: ["Mass", "Edema"])
    #expect(Array(answers[0..<3]) == [1, 0, 0])
    #expect(answers[3].isNaN)
    #expect(answers[4...] == [1, 1])
    let notes = set.notes.joined(separator: "\n")
    #expect(notes.contains("1 numbers of the column \"Mass\" have a decimal comma"))
    #expect(
      notes.contains("1 of 3 values of the column \"Edema\" (\"nan\" 1) are read as not there"))
  }

  @Test("A label without both answers is refused in a study and said in a pre-training")
  func unlearnable() throws {
    let rows = "a.png,p,1.0,\nb.png,q,,1.0\n"
    let refusal = errorText { _ = try read(rows, "No Finding", isStrict: true) }
    #expect(refusal.contains("the label \"No Finding\" has no negative case"), "\(refusal)")
    let notes = try read(rows, "No Finding").notes
    #expect(
      notes.contains {
        $0.hasSuffix(
          "the label \"No Finding\" has no negative case: 1 positive, 0 negative, 1 not known: it can be"
            + " neither learnt nor scored")
      }, "\(notes)")
  }

  @Test("A case without any known answer is refused in a study, counted in a pre-training")
  func silent() throws {
    let rows = "a.png,p,1,0\nb.png,q,0,1\na.png,r,,\n"
    #expect(
      errorText { _ = try read(rows, isStrict: true) }.contains("none of the 2 answers is known"))
    let set = try read(rows)
    #expect(set.cases.count == 3)
    #expect(
      set.notes.contains { $0.hasSuffix("1 of 3 cases have no known answer to any label") },
      "\(set.notes)")
  }

  @Test("Folds of a pre-training may lack a rare label, and name it; those of a study may not")
  func rare() throws {
    let rows = (0..<12).map { "a.png,p\($0),\($0 == 0 ? 1 : 0),\($0 % 2)\n" }.joined()
    let set = try read(rows)
    var plan = FoldPlan(
      kind: .folds(count: 3, repeats: 1), validationFraction: 0.3, groupsByImage: false, seed: 1)
    #expect(
      errorText { _ = try plan.splits(of: set) }.contains("\"Mass\" has 1 positive case"))
    plan.needsEveryLabel = false
    let splits = try plan.splits(of: set)
    #expect(splits.count == 3)
    let notes = plan.notes(on: set, splits: splits)
    let named = notes.filter { $0.contains("has no positive or no negative case of \"Mass\"") }
    // One positive case is in one of the three subsets of each split.
    #expect(named.count == 6, "\(notes)")
    #expect(!notes.contains { $0.contains("\"Edema\"") })
  }
}
