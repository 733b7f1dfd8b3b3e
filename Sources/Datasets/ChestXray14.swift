import Basics

/// Names of NIH ChestX-ray14: 112,120 frontal radiographs of 30,805 patients, 14 findings mined
/// from their reports.
///
/// Wang et al., "ChestX-ray8: hospital-scale chest X-ray database and benchmarks", CVPR 2017,
/// https://arxiv.org/abs/1705.02315.
package enum ChestXray14 {
  package static let normal = "normal"
  package static let abnormal = "abnormal"
  package static let noFinding = "No Finding"
  package static let findings = [
    "Atelectasis", "Cardiomegaly", "Effusion", "Infiltration", "Mass", "Nodule", "Pneumonia",
    "Pneumothorax", "Consolidation", "Edema", "Emphysema", "Fibrosis", "Pleural_Thickening",
    "Hernia",
  ]
  package static let terms =
    "NIH ChestX-ray14 (NIH Clinical Center), no restriction on use; cite Wang et al., CVPR 2017"
  /// Boxes are in pixels of the published images, whatever the size of a copy.
  package static let imageSize = 1024

  /// One row of `Data_Entry_2017*.csv`.
  package struct Entry: Sendable, Equatable {
    /// The file name, such as `00000001_000.png`.
    package var image: String
    /// As published, without "No Finding".
    package var findings: [String]
    package var followUp: Int
    package var patient: String
    /// In years; nil where the table has none, and beyond any life in some published rows.
    package var age: Double?
    /// `M` or `F`.
    package var sex: String
    /// `PA` or `AP`.
    package var view: String
    package var source: Place

    /// `view`, `sex` and `ageBand`, without what the table does not say.
    var attributes: [String: String] {
      let band = age.flatMap(AgeBand.name(years:))
      let known = ["view": tidied(view), "sex": tidied(sex), "ageBand": band ?? ""]
      return known.filter { !$0.value.isEmpty }
    }

    /// The file name without its extension.
    package var id: String { ChestXray14.stem(image) }
  }

  /// The names of what is kept of each case besides findings and patient.
  package static let attributes = ["view", "sex", "ageBand"]

  /// The id of a file name.
  static func stem(_ image: String) -> String {
    image.hasSuffix(".png") ? String(image.dropLast(4)) : image
  }
}
