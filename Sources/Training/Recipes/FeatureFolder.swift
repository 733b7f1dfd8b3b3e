/// A folder in which features of encoders that are frozen whole are kept between runs.
package struct FeatureFolder: Sendable {
  package let path: String
  /// What features depend on besides their model and its pictures: program, kernels, threads.
  package let environment: [String]

  package init(path: String, environment: [String]) {
    self.path = path
    self.environment = environment
  }
}
