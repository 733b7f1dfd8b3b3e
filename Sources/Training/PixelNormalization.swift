import Basics

/// What is taken from every pixel value (0…1), and what it is divided by: one number for all
/// channels, or one for each.
package struct PixelNormalization: Sendable, Equatable {
  package var mean: [Float]
  package var deviation: [Float]

  package init(mean: [Float], deviation: [Float]) {
    self.mean = mean
    self.deviation = deviation
  }

  init(_ value: JSONValue, channels: Int) throws {
    var object = try value.object()
    func numbers(_ key: String, in range: ClosedRange<Double>) throws -> [Float] {
      let value = try object.required(key)
      if case .array(let elements) = value.content {
        return try elements.map { Float(try $0.number(in: range)) }
      }
      return [Float(try value.number(in: range))]
    }
    mean = try numbers("mean", in: -1e9...1e9)
    deviation = try numbers("deviation", in: 1e-9...1e9)
    try object.finish()
    guard [1, channels].contains(mean.count), deviation.count == mean.count else {
      throw ZooError(
        .badValue,
        "found \(mean.count) means and \(deviation.count) deviations; expected one or \(channels)",
        at: value.place)
    }
  }

  /// A number for each of so many channels.
  package func spread(over channels: Int) -> PixelNormalization {
    func all(_ values: [Float]) -> [Float] {
      values.count == channels ? values : [Float](repeating: values[0], count: channels)
    }
    return PixelNormalization(mean: all(mean), deviation: all(deviation))
  }

  var json: JSONValue {
    [
      "mean": JSONValue(.array(mean.map { Double($0).json })),
      "deviation": JSONValue(.array(deviation.map { Double($0).json })),
    ]
  }
}
