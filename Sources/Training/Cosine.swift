import Foundation

/// cos(π · x).
func cosine(_ x: Double) -> Double { cos(Double.pi * x) }
