/// How a run goes about its folder and its cases.
public struct RunOptions: Sendable, Equatable {
  /// Whether a run that was stopped goes on: what is finished is kept, and the numbers end the
  /// same.
  ///
  /// Without it a folder with a run in it is refused.
  public var resumes = false
  /// Whether cases that can't be used are left out and told; else they are an error.
  public var skipsUnusableCases = false

  /// Options; see the properties.
  public init(resumes: Bool = false, skipsUnusableCases: Bool = false) {
    self.resumes = resumes
    self.skipsUnusableCases = skipsUnusableCases
  }
}
