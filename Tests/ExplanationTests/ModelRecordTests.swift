import Basics
import Evaluation
import Foundation
import Pages
import TestSupport
import Testing
import Training

@testable import Explanation

@Suite("What is known of a model beside its weights")
struct ModelRecordTests {
  private static let note = """
    {"schema": 1, "name": "d", "description": "40 <cases> of d", "terms": "t", "synthetic": true,
     "revision": null, "folds": "f", "seed": 1,
     "splits": [{"name": "r1f1", "cases": [20, 10, 10]}, {"name": "r1f2", "cases": [22, 8, 4]}]}
    """
  /// Three of four are right at 0.5, two at 0.9; the area is 3/4.
  private static let logits = """
    part,id,label,target,logit
    validation,v,abnormal,1,-3
    test,a,abnormal,1,2
    test,b,abnormal,1,-1
    test,c,abnormal,0,-2
    test,d,abnormal,0,-0.5
    """

  private func write(_ text: String, _ path: String) throws {
    try FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try (text + "\n").write(toFile: path, atomically: true, encoding: .utf8)
  }

  /// A run with one cell of a split that is not the first.
  private func cell(_ folder: String) throws -> String {
    let cell = "\(folder)/cells/r1f2/net"
    try write(Self.note, "\(folder)/data.json")
    try write(Self.logits, "\(cell)/logits.csv")
    try write("{\"combination\": \"net + words\", \"split\": \"r1f2\"}", "\(cell)/scores.json")
    try write("{}", "\(cell)/model/model.json")
    return "\(cell)/model"
  }

  @Test("A cell of a comparison has its combination, its split, its data and its own test figures")
  func comparison() throws {
    try withTemporaryFolder { folder in
      let place = try cell(folder)
      var model = try SmallModel.make(image: false, text: true)
      let record = try ModelRecord(of: model, folder: place)
      #expect(record.name == "net + words" && record.split == "r1f2")
      #expect(record.data == "40 <cases> of d" && record.isSynthetic)
      #expect(record.cases == [22, 8, 4] && record.testCount == 4 && record.fault == nil)
      let values = Dictionary(
        uniqueKeysWithValues: record.figures.map { ($0.name, $0.value) })
      #expect(values["accuracy"] == 0.75 && values["AUROC"] == 0.75)
      #expect(values["sensitivity"] == 0.5 && values["specificity"] == 1)
      // Clopper and Pearson's of 3 of 4.
      let interval = try #require(record.figures.first?.interval)
      #expect(abs(interval.lowerBound - 0.1941) < 1e-3 && abs(interval.upperBound - 0.9937) < 1e-3)
      #expect(record.commoner == .init(name: "normal", value: 0.5))
      // Figures are those at the model's threshold.
      model.threshold = 0.9
      #expect(try ModelRecord(of: model, folder: place).figures.first?.value == 0.5)
      let facts = ModelFacts.facts(record).map { "\($0.label): \($0.value)" }
      #expect(facts.contains("Model: net + words, split r1f2"))
      #expect(facts.contains("Trained on: 40 <cases> of d (synthetic); 22 cases"))
      #expect(facts.contains("Threshold: “abnormal” from a probability of 0.5 on"))
      #expect(facts.contains("Accuracy, 4 test cases: 0.750 (95% interval 0.194 to 0.994)"))
      #expect(facts.contains("AUROC, 4 test cases: 0.750"))
      #expect(facts.contains("Accuracy of always answering “normal”: 0.500"))
    }
  }

  @Test("Figures that were changed since the run are not shown, and that is told")
  func damaged() throws {
    try withTemporaryFolder { folder in
      let place = try cell(folder)
      let model = try SmallModel.make(image: false, text: true)
      try write(
        "part,id,label,target,logit\ntest,a,abnormal,1,nan", "\(folder)/cells/r1f2/net/logits.csv")
      let record = try ModelRecord(of: model, folder: place)
      #expect(record.figures.isEmpty && record.testCount == 0)
      #expect(record.fault?.contains("logits.csv") == true, "\(record.fault ?? "")")
      #expect(ModelFacts([record]).section.contains("not shown, see below"))
      try write(Self.logits, "\(folder)/cells/r1f2/net/logits.csv")
      try write(
        "{\"schema\": 1, \"files\": {\"logits.csv\": \"\(String(repeating: "0", count: 64))\"}, \"inputs\": {}}",
        "\(folder)/cells/r1f2/net/digests.json")
      let changed = try ModelRecord(of: model, folder: place)
      #expect(changed.figures.isEmpty)
      #expect(changed.fault?.contains("changed since it was finished") == true)
    }
  }

  @Test("A bundle tells its own figures, and a model alone says that nothing is known")
  func others() throws {
    let model = try SmallModel.make(image: true, text: true)
    let bundle = try ModelRecord(of: model, folder: packageFile("weights/phantom-pair"))
    #expect(bundle.name.hasPrefix("phantom-pair ") && bundle.isSynthetic && bundle.fault == nil)
    #expect(bundle.cases.count == 3 && bundle.testCount == bundle.cases[2])
    #expect(bundle.figures.first?.name == "accuracy" && bundle.figures.first?.interval != nil)
    try withTemporaryFolder { folder in
      let alone = try ModelRecord(of: model, folder: folder)
      #expect(alone.figures.isEmpty && alone.data == nil && alone.fault == nil)
      #expect(ModelFacts.facts(alone).contains { $0.value.hasPrefix("not known: neither") })
    }
  }

  @Test("A model of many findings has the area of the finding that is asked for")
  func findings() throws {
    try withTemporaryFolder { folder in
      try write(Self.note, "\(folder)/data.json")
      try write(
        """
        part,label,target,logit
        test,Mass,1,2
        test,Mass,0,1
        test,Nodule,1,0
        test,Nodule,0,0
        """, "\(folder)/logits.csv")
      let model = try SmallModel.make(image: true, text: false, findings: ["Mass", "Nodule"])
      let mass = try ModelRecord(of: model, folder: folder, finding: "Mass")
      #expect(mass.figures == [.init(name: "AUROC", value: 1)] && mass.testCount == 2)
      let all = try ModelRecord(of: model, folder: folder)
      #expect(all.figures == [.init(name: "mean AUROC", value: 0.75)])
    }
  }

  @Test("A model of several classes has its accuracy, and the AUROC of the class against the rest")
  func classes() throws {
    try withTemporaryFolder { folder in
      try write(Self.note, "\(folder)/data.json")
      // b is told wrong; by the log-odds a's mass is over that of b and c.
      try write(
        """
        subset,id,label,target,logit
        test,a,none,0,0
        test,a,mass,1,3
        test,a,edema,0,1
        test,b,none,1,5
        test,b,mass,0,1
        test,b,edema,0,6
        test,c,none,0,1
        test,c,mass,0,2
        test,c,edema,1,4
        """, "\(folder)/logits.csv")
      let model = try SmallModel.make(
        image: true, text: false, findings: ["none", "mass", "edema"], task: .multiClass)
      let mass = try ModelRecord(of: model, folder: folder, finding: "mass")
      #expect(mass.figures.map(\.name) == ["accuracy over all classes", "AUROC"])
      #expect(mass.figures.map(\.value) == [2.0 / 3, 1] && mass.testCount == 3)
      let edema = try ModelRecord(of: model, folder: folder, finding: "edema")
      // 4 − log(e + e²) of c is above 6 − log(e⁵ + e) of b.
      #expect(edema.figures.last?.value == 1)
      let all = try ModelRecord(of: model, folder: folder)
      #expect(all.figures.last?.name == "mean AUROC" && all.testCount == 3)
      // Rows that are not of whole cases are told, not taken.
      try write(
        "subset,id,label,target,logit\ntest,a,none,0,0\ntest,a,mass,1,3", "\(folder)/logits.csv")
      let damaged = try ModelRecord(of: model, folder: folder)
      #expect(damaged.figures.isEmpty)
      #expect(damaged.fault?.contains("the rows of the case \"a\" are not one a class") == true)
    }
  }

  @Test("The page tells model, data, threshold and figures before anything else")
  func page() throws {
    try withTemporaryFolder { folder in
      var explanation = try PageTests.explanation()
      explanation.record = try ModelRecord(
        of: SmallModel.make(image: true, text: false), folder: cell(folder))
      explanation.isTrainedOn = true
      let page = try ExplanationPage(explanation).html()
      let head = try #require(page.range(of: "</header>"))
      for part in [
        "from 0.5 on it says abnormal", "net + words, split r1f2", "40 &lt;cases&gt; of d",
        "Accuracy, 4 test cases", "one of its training and validation images",
        "<strong>Synthetic data.</strong>",
      ] {
        let place = try #require(page.range(of: part), "\(part)")
        #expect(place.upperBound < head.lowerBound, "\(part)")
      }
      var json = try explanation.json.object()
      var record = try json.required("record").object()
      #expect(try record.required("testCases").integer() == 4)
      #expect(try record.required("trainedOnThisImage").boolean())
    }
  }
}
