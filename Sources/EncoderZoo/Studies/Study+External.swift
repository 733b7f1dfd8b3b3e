import Basics

extension Study {
  /// Data on which a comparison's models are evaluated once they are trained, such as a second hospital's.
  public struct External: StudyPart, StudyValue {
    /// The object as JSON.
    public var json: JSONValue

    /// A data set.
    ///
    /// - Parameters:
    ///   - name: unlike that of any other of the study.
    ///   - data: where its cases are.
    ///   - labels: its own words for the study's labels, in their order; nil where they are the same.
    ///   - groups: attributes whose groups are told apart.
    public init(_ name: String, data: Data, labels: [String]? = nil, groups: [String] = []) {
      json = [:]
      self["name", as: String.self] = name
      self["data", as: Data.self] = data
      self["labels", as: [String].self] = labels
      self["groups", as: [String].self] = groups.isEmpty ? nil : groups
    }

    init?(studyValue: JSONValue) { json = studyValue }

    /// What it is called.
    public var name: String { self["name", as: String.self] ?? "" }
    /// Where its cases are.
    public var data: Data? { self["data", as: Data.self] }
  }

  /// How a model's calibrators are fitted on the validation subset.
  public enum Calibration: String, Sendable, CaseIterable {
    /// One number that divides the logit.
    case temperature
    /// A line over the logit.
    case platt
    /// A rising line through points.
    case isotonic
    /// No calibrators.
    case none
  }

  /// Data on which the models are evaluated once they are trained.
  public var external: [External] {
    get { self["external", as: [External].self] ?? [] }
    set { self["external", as: [External].self] = newValue.isEmpty ? nil : newValue }
  }

  /// How the calibrators of the models are fitted.
  public var calibration: Calibration {
    get {
      self["calibration", as: String.self].flatMap(Calibration.init(rawValue:)) ?? .temperature
    }
    set {
      self["calibration", as: String.self] = newValue == .temperature ? nil : newValue.rawValue
    }
  }
}
