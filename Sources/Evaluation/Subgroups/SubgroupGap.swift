/// The worst group of one metric, and how far it is behind the best.
package struct SubgroupGap: Sendable, Equatable {
  package let metric: SubgroupMetric
  package let worst: String
  package let best: String
  /// Best less worst; worst less best where low values are good: never negative.
  package let gap: Double
  /// The 95 % interval of the difference of these two groups, patients drawn together; nil where too few
  /// resamples define it.
  ///
  /// Of more than two groups the two were chosen for lying apart: then it says how exactly the gap is known,
  /// and tests nothing.
  package let interval: Interval?
}
