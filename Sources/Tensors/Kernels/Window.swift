import CKernels

/// How a kernel slides over an image: the same stride and zero padding on both axes.
package struct Window: Hashable, Sendable {
  package var height: Int
  package var width: Int
  package var stride: Int
  package var padding: Int
  /// Into how many groups the channels are divided: each output channel reads those of its group.
  package var groups: Int

  package init(height: Int, width: Int, stride: Int, padding: Int, groups: Int = 1) {
    self.height = height
    self.width = width
    self.stride = stride
    self.padding = padding
    self.groups = groups
  }

  /// Whether each place of the result reads one place of the input, with whatever stride, in one group.
  var isPointwise: Bool { self == Window(height: 1, width: 1, stride: stride, padding: 0) }

  /// Whether it is one place that moves by one: a matrix product of what lies there.
  var isPlain: Bool { isPointwise && stride == 1 }

  /// The extent of the output along an axis of `input` places: ⌊(input + 2·padding − kernel) /
  /// stride⌋ + 1.
  package func outputExtent(_ input: Int, kernel: Int) -> Int {
    (input + 2 * padding - kernel) / stride + 1
  }

  /// The shape of the output for `[batch, height, width, channels]`.
  ///
  /// - Precondition: the padded image is at least as large as the kernel.
  func outputShape(_ input: [Int], channels: Int) -> [Int] {
    requireShapes(
      input.count == 4 && input[1] + 2 * padding >= height && input[2] + 2 * padding >= width,
      "window: an image \(input), padding \(padding), is smaller than the \(height) × \(width) window"
    )
    return [
      input[0], outputExtent(input[1], kernel: height), outputExtent(input[2], kernel: width),
      channels,
    ]
  }

  func geometry(_ input: [Int], channels: Int) -> ez_window {
    let output = outputShape(input, channels: channels)
    return ez_window(
      batch: input[0], height: input[1], width: input[2], channels: input[3],
      out_height: output[1], out_width: output[2], out_channels: channels,
      kernel_height: height, kernel_width: width, stride: stride, padding: padding)
  }
}
