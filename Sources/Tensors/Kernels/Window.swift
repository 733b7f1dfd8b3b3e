import CKernels

/// How a kernel slides over an image: the same stride and dilation on both axes.
package struct Window: Hashable, Sendable {
  package var height: Int
  package var width: Int
  package var stride: Int
  package var padding: Padding
  /// How far the kernel's places lie apart: 1 where they touch.
  package var dilation: Int
  /// Into how many groups the channels are divided: each output channel reads those of its group.
  package var groups: Int

  /// A window with as many zeros on every side.
  package init(height: Int, width: Int, stride: Int, padding: Int, groups: Int = 1) {
    self.init(
      height: height, width: width, stride: stride, padding: .zeros(padding), dilation: 1,
      groups: groups)
  }

  /// A window whose padding is known.
  package init(
    height: Int, width: Int, stride: Int, padding: Padding, dilation: Int, groups: Int = 1
  ) {
    self.height = height
    self.width = width
    self.stride = stride
    self.padding = padding
    // One place lies nowhere apart: so it stays the plain kernel that it is.
    self.dilation = height == 1 && width == 1 ? 1 : dilation
    self.groups = groups
  }

  /// Whether each place of the result reads one place of the input, with whatever stride, in one group.
  var isPointwise: Bool { self == Window(height: 1, width: 1, stride: stride, padding: 0) }

  /// Whether it is one place that moves by one: a matrix product of what lies there.
  var isPlain: Bool { isPointwise && stride == 1 }

  /// Whether padding is equal on all sides and the kernel's places touch, as some kernels want it.
  var isEven: Bool { padding.isEven && dilation == 1 }

  /// The places that the kernel spans from its first to its last, on both axes.
  package var span: (height: Int, width: Int) {
    ((height - 1) * dilation + 1, (width - 1) * dilation + 1)
  }

  /// The shape of the output for `[batch, height, width, channels]`: of each axis
  /// ⌊(input + padding on both sides − span) / stride⌋ + 1.
  ///
  /// - Precondition: the padded image is at least as large as the kernel.
  func outputShape(_ input: [Int], channels: Int) -> [Int] {
    requireShapes(
      fits(input),
      "window: an image \(input), padding \(padding.words), is smaller than the "
        + "\(span.height) × \(span.width) window")
    return [
      input[0],
      (input[1] + padding.top + padding.bottom - span.height) / stride + 1,
      (input[2] + padding.left + padding.right - span.width) / stride + 1, channels,
    ]
  }

  /// Multiplications and additions of a convolution of `[batch, height, width, in]` to so many channels.
  func operations(_ input: [Int], channels: Int) -> Double {
    2
      * Double(
        outputShape(input, channels: channels).reduce(1, *) * input[3] / groups * height * width)
  }

  /// Whether the padded images are at least as large as the kernel.
  func fits(_ input: [Int]) -> Bool {
    input.count == 4 && input[1] + padding.top + padding.bottom >= span.height
      && input[2] + padding.left + padding.right >= span.width
  }

  func geometry(_ input: [Int], channels: Int) -> ez_window {
    let output = outputShape(input, channels: channels)
    return ez_window(
      batch: input[0], height: input[1], width: input[2], channels: input[3],
      out_height: output[1], out_width: output[2], out_channels: channels,
      kernel_height: height, kernel_width: width, stride: stride, padding: padding.top,
      padding_left: padding.left, dilation: dilation)
  }
}

extension Padding {
  /// One number, or the four sides from the top clockwise.
  var words: String { isEven ? "\(top)" : "\([top, right, bottom, left])" }
}
