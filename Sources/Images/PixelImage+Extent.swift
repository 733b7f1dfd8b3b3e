extension PixelImage {
  /// The smallest and the largest sample, and the largest range of samples within one channel.
  var extent: (least: Int, largest: Int, contrast: Int) {
    depth == 16
      ? withSamples { PixelImage.extent($0, channels: channels) }
      : pixels.withUnsafeBufferPointer { PixelImage.extent($0, channels: channels) }
  }

  private static func extent<Sample: FixedWidthInteger & UnsignedInteger>(
    _ samples: UnsafeBufferPointer<Sample>, channels: Int
  ) -> (least: Int, largest: Int, contrast: Int) {
    var all = (least: Sample.max, largest: Sample.min)
    var contrast = 0
    for channel in 0..<channels {
      var own = (least: Sample.max, largest: Sample.min)
      for index in stride(from: channel, to: samples.count, by: channels) {
        own = (min(own.least, samples[index]), max(own.largest, samples[index]))
      }
      contrast = max(contrast, Int(own.largest) - Int(own.least))
      all = (min(all.least, own.least), max(all.largest, own.largest))
    }
    return (Int(all.least), Int(all.largest), contrast)
  }
}
