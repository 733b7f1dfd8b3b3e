import Foundation

/// The probability that a standard normal value is at least as far from 0 as `z`.
func normalTwoSidedTail(_ z: Double) -> Double { erfc(abs(z) / 2.0.squareRoot()) }

/// The probability that a χ² value of one degree of freedom is at least `x`.
func chiSquaredTail(_ x: Double) -> Double { erfc((max(x, 0) / 2).squareRoot()) }

/// The quantile .975 of the standard normal distribution.
let normalQuantile975 = 1.959_963_984_540_054
