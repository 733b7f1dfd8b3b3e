import Basics
import Bundles
import Evaluation
import Foundation
import Tensors
import TestSupport
import Testing
import Training

@testable import Packaging

@Suite("Bundles of models of several answers")
struct SeveralAnswersTests {
  private let findings = ["mass", "edema"]

  /// Validation chooses 0.5 for the mass, by hand between −1 and −3 for the edema; of the test cases x, y
  /// and z it is not known whether y has an edema.
  private static let findingRows = """
    validation,a,mass,1,2
    validation,a,edema,1,-1
    validation,b,mass,0,-2
    validation,b,edema,0,-3
    test,x,mass,1,1
    test,x,edema,1,-1.5
    test,y,mass,0,2
    test,z,mass,0,-1
    test,z,edema,0,-2.5
    """

  private static let classRows = """
    validation,a,none,1,2
    validation,a,mass,0,1
    validation,a,edema,0,0
    test,x,none,1,3
    test,x,mass,0,1
    test,x,edema,0,0
    test,y,none,0,2
    test,y,mass,1,1
    test,y,edema,0,0
    test,z,none,0,0
    test,z,mass,0,1.5
    test,z,edema,1,2
    test,w,none,0,0
    test,w,mass,1,4
    test,w,edema,0,2
    """

  private func value(_ name: String, _ bundle: BundleFolder) throws -> BundleMetric {
    try #require(bundle.manifest.metrics.first { $0.name == name }, "\(name)")
  }

  @Test("Findings: a threshold each from validation, in the model, the manifest and the card")
  func thresholds() throws {
    try withTemporaryFolder { folder in
      let run = try SmallRun(folder, task: .multiLabel, labels: findings, logits: Self.findingRows)
      let (bundle, lines) = try run.bundle(.fitted(.youden))
      #expect(lines.contains("golden logits: 2 cases, largest difference 0"))
      let output = bundle.manifest.output
      #expect(output.task == "multi-label" && output.thresholdRule == "youden")
      let chosen = try #require(output.thresholds)
      let middle = (sigmoid(-1) + sigmoid(-3)) / 2
      #expect(chosen[0] == 0.5 && abs(chosen[1] - middle) < 1e-12)
      let model = try TrainedModel.read(from: bundle.path, registry: SmallRun.registry())
      #expect(model.thresholds == chosen)
      // At 0.16 the edema of x is told, at 0.5 it would not be; the mass of y is told wrongly.
      #expect(try value("exact-match", bundle).mean == 2.0 / 3)
      #expect(try value("macro-auroc", bundle).mean == 0.75)
      #expect(try value("auroc of mass", bundle).mean == 0.5)
      #expect(try value("auroc of edema", bundle).mean == 1)
      #expect(try value("auroc of edema", bundle).count == 2)
      #expect(try value("average-precision of mass", bundle).mean == 0.5)
      let card = try String(contentsOfFile: "\(bundle.path)/README.md", encoding: .utf8)
      #expect(card.contains("a logit each, its sigmoid is the probability"))
      #expect(card.contains("<summary>Items of TRIPOD+AI and CLAIM 2024</summary>"))
      #expect(card.contains("come from | 5a | 7 | d: 40 cases of d; made by a program |"))
      #expect(card.contains("after evaluation | 12f, 24 | – | None after evaluation. |"))
      #expect(card.contains("and consent | 17 | – | *to be told by a person* |"))
      #expect(card.contains("from probability 0.500 (mass), 0.158 (edema) on (youden)"), "\(card)")
      let script = try String(
        contentsOfFile: "\(bundle.path)/load_in_python.py", encoding: .utf8)
      #expect(script.contains("THRESHOLDS = [0.5,0.15"))
      let told = try BundleSummary(bundle).lines
      #expect(told.contains("multi-label, sigmoid over mass, edema"))
      #expect(told.contains { $0.hasPrefix("thresholds: mass 0.5, edema 0.15") })
      let plain = try run.bundle(to: "plain").folder
      #expect(plain.manifest.output.thresholds == nil)
      #expect(
        plain.manifest.limitations.contains("The threshold of 0.5 was not chosen for any use."))
      #expect(try value("exact-match", plain).mean == 1.0 / 3)
      #expect(
        try BundleDifference(plain, bundle).lines.contains {
          $0.hasPrefix("threshold: 0.5 each (default) → mass 0.5, edema 0.15")
        })
    }
  }

  @Test("A finding that validation can't tell keeps 0.5, and the card says so")
  func unfitted() throws {
    try withTemporaryFolder { folder in
      let rows = Self.findingRows.replacing("validation,b,edema,0", with: "validation,b,edema,1")
      let run = try SmallRun(folder, task: .multiLabel, labels: findings, logits: rows)
      let bundle = try run.bundle(.fitted(.f1)).folder
      #expect(bundle.manifest.output.thresholds == nil)
      #expect(bundle.manifest.output.thresholdRule == "f1")
      #expect(
        bundle.manifest.limitations.contains {
          $0.hasPrefix("Validation holds no positive or no negative case of edema")
        })
    }
  }

  @Test("Classes: accuracy, macro AUROC, log loss and each class against the rest, by softmax")
  func classes() throws {
    try withTemporaryFolder { folder in
      let run = try SmallRun(
        folder, task: .multiClass, labels: ["none", "mass", "edema"], logits: Self.classRows)
      let (bundle, lines) = try run.bundle()
      #expect(lines.contains("golden logits: 2 cases, largest difference 0"))
      #expect(bundle.manifest.output.task == "multi-class")
      #expect(bundle.manifest.output.thresholds == nil)
      #expect(try value("accuracy", bundle).mean == 0.75)
      #expect(try value("accuracy", bundle).interval != nil)
      let rows: [([Double], Int)] = [
        ([3, 1, 0], 0), ([2, 1, 0], 1), ([0, 1.5, 2], 2), ([0, 4, 2], 1),
      ]
      let loss = rows.reduce(0.0) { sum, row in
        sum + log(row.0.reduce(0) { $0 + exp($1) }) - row.0[row.1]
      }
      #expect(abs(try value("log-loss", bundle).mean - loss / 4) < 1e-12)
      // By log-odds w has the largest mass, x the largest none; y's mass lies below z's.
      #expect(try value("auroc of none", bundle).mean == 1)
      #expect(try value("auroc of edema", bundle).mean == 1)
      let mass = try value("auroc of mass", bundle)
      #expect(mass.mean == 0.75 && mass.count == 4)
      #expect(abs(try value("macro-auroc", bundle).mean - 2.75 / 3) < 1e-12)
      let golden = try String(contentsOfFile: "\(bundle.path)/golden.json", encoding: .utf8)
      var root = try JSONValue.parse(Data(golden.utf8)).object()
      for one in try root.required("cases").array() {
        var one = try one.object()
        #expect(try one.required("logits").array().count == 3)
      }
      let card = try String(contentsOfFile: "\(bundle.path)/README.md", encoding: .utf8)
      #expect(card.contains("one of the 3 classes, the most probable"))
      #expect(card.contains("tells 3 classes apart"))
      #expect(
        errorText { _ = try run.bundle(.given(0.3), to: "no") }.contains(
          "of this one's 3 classes the most probable is chosen"))
    }
  }

  @Test("A manifest whose thresholds are not the model's, or not one a label, is refused")
  func refused() throws {
    try withTemporaryFolder { folder in
      let run = try SmallRun(folder, task: .multiLabel, labels: findings, logits: Self.findingRows)
      let bundle = try run.bundle(.given(0.25)).folder
      #expect(bundle.manifest.output.thresholds == [0.25, 0.25])
      let path = "\(bundle.path)/bundle.json"
      let text = try String(contentsOfFile: path, encoding: .utf8)
      let pattern = try Regex(#""thresholds": \[\s*0\.25,\s*0\.25\s*\]"#)
      func damaged(_ list: String) throws -> String {
        let changed = text.replacing(pattern, with: "\"thresholds\": \(list)")
        #expect(changed != text)
        try AtomicFile.write(changed, to: path)
        return errorText {
          _ = try BundleVerification(
            path: bundle.path, key: nil, registry: SmallRun.registry(),
            kernels: ReferenceKernels())
        }
      }
      #expect(try damaged("[0.25, 0.75]").contains("list of thresholds is not that of model.json"))
      #expect(try damaged("[0.25]").contains("found 1 thresholds; expected one for each label"))
      #expect(try damaged("null").contains("list of thresholds is not that of model.json"))
    }
  }
}
