/// What the paper reports, as accuracies, 0…1.
///
/// Aydin, Zhang, Ananda-Rajah and Haffari, "Medical Multimodal Classifiers Under Scarce Data Condition", 2019,
/// https://arxiv.org/abs/1902.08888.
enum PaperNumbers {
  static let title = "Medical Multimodal Classifiers Under Scarce Data Condition"
  static let authors = "Aydin, Zhang, Ananda-Rajah and Haffari, 2019"
  static let link = "https://arxiv.org/abs/1902.08888"

  /// Training, validation and test accuracy of a text model.
  struct TextRow {
    let training: Double
    let validation: Double
    let test: Double
  }

  /// Table 1: reports of Indiana University.
  static let openICustom = TextRow(training: 0.88, validation: 0.80, test: 0.75)
  static let openIGloVe = TextRow(training: 0.72, validation: 0.71, test: 0.69)
  /// Table 2: reports of the authors' hospital.
  static let secondCustom = TextRow(training: 0.88, validation: 0.80, test: 0.76)
  static let secondGloVe = TextRow(training: 0.73, validation: 0.73, test: 0.68)

  /// Accuracy of the three models.
  struct ModelRow {
    let multimodal: Double
    let text: Double
    let image: Double
  }

  /// Table 3 at the rate 10⁻².
  static let highRate = ModelRow(multimodal: 0.81, text: 0.77, image: 0.74)
  /// Table 3 at the rate 10⁻⁵.
  static let lowRate = ModelRow(multimodal: 0.77, text: 0.74, image: 0.66)
  /// Figure 4, validation accuracy within an epoch of fine-tuning, read off.
  static let transfer = (chestXray14: "about .70", imageNet: ".3 to .45")
  /// The report of Figures 2 and 3.
  static let report = "degenerative changes in the spine, borderline enlarged heart"
}
