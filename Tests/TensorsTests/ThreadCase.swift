import CKernels

@testable import Tensors

/// A kernel with inputs that fill several chunks, and what it wrote.
struct ThreadCase: CustomStringConvertible, Sendable {
  let name: String
  let run: @Sendable () -> [Float]

  init(_ name: String, _ run: @escaping @Sendable () -> [Float]) {
    self.name = name
    self.run = run
  }

  var description: String { name }

  static let all = elementwise + statistics + images + text + windows + optimisers

  private static let count = 100_003
  private static let (rows, channels) = (7001, 19)

  private static func zeros(_ count: Int) -> [Float] { [Float](repeating: 0, count: count) }

  /// The halves of a double, so that no bit is lost.
  private static func floats(_ values: [Double]) -> [Float] {
    values.flatMap {
      [
        Float(bitPattern: UInt32(truncatingIfNeeded: $0.bitPattern)),
        Float(bitPattern: UInt32(truncatingIfNeeded: $0.bitPattern >> 32)),
      ]
    }
  }

  private static func output(
    _ count: Int, _ body: (UnsafeMutablePointer<Float>) -> Void
  ) -> [Float] {
    var out = zeros(count)
    out.withUnsafeMutableBufferPointer { if let base = $0.baseAddress { body(base) } }
    return out
  }

  private static let elementwise = [
    ThreadCase("add") {
      let (a, b) = (randomValues(count, "a"), randomValues(count, "b"))
      return output(count) { ez_add(a, b, $0, count) }
    },
    ThreadCase("accumulate") {
      let a = randomValues(count, "a")
      var sum = randomValues(count, "b")
      ez_accumulate(a, &sum, count)
      return sum
    },
    ThreadCase("multiply") {
      let (a, b) = (randomValues(count, "a"), randomValues(count, "b"))
      return output(count) { ez_multiply(a, b, $0, count) }
    },
    ThreadCase("scale") {
      let a = randomValues(count, "a")
      return output(count) { ez_scale(a, 0.7, $0, count) }
    },
    ThreadCase("relu") {
      let a = randomValues(count, "a")
      return output(count) { ez_relu(a, $0, count) }
    },
    ThreadCase("relu gradient") {
      let (a, b) = (randomValues(count, "a"), randomValues(count, "b"))
      return output(count) { ez_relu_gradient(a, b, $0, count) }
    },
    ThreadCase("dropout") {
      let a = randomValues(count, "a")
      return output(count) { ez_dropout(a, 0.3, 0x1234_5678_9abc, $0, count) }
    },
    ThreadCase("sum of squares") {
      floats([ez_sum_of_squares(randomValues(count, "a"), count)])
    },
    ThreadCase("all finite") { [Float(ez_all_finite(randomValues(count, "a"), count))] },
    ThreadCase("copy columns") {
      let x = randomValues(rows * channels, "x")
      var out = randomValues(rows * (channels + 5), "out")
      ez_copy_columns(x, channels, &out, channels + 5, rows, channels, 0)
      ez_copy_columns(x, channels, &out, channels + 5, rows, channels - 3, 1)
      return out
    },
  ]

  private static let statistics = [
    ThreadCase("moments") {
      var mean = [Double](repeating: 0, count: channels)
      var variance = mean
      ez_moments(randomValues(rows * channels, "x"), rows, channels, &mean, &variance)
      return floats(mean + variance)
    },
    ThreadCase("affine") {
      let x = randomValues(rows * channels, "x")
      let (scale, shift) = (randomValues(channels, "s"), randomValues(channels, "t"))
      return output(rows * 24) { ez_affine(x, rows, channels, scale, shift, 1, $0, 24) }
    },
    ThreadCase("affine gradient") {
      let parts = [channels, 5].map { randomValues(rows * $0, "x\($0)") }
      let (width, dy) = (channels + 5, randomValues(rows * (channels + 7), "dy"))
      let (scale, shift) = (randomValues(width, "s"), randomValues(width, "t"))
      var result: [Float] = []
      for relu: Int32 in [0, 1] {
        let dx = parts.map { Tensor(randomValues($0.count, "dx"), shape: [rows, $0.count / rows]) }
        let values = zip(parts, dx).map { Tensor($0, shape: $1.shape) }
        var sum = [Double](repeating: 0, count: width)
        var centred = sum
        withElements(values, dx.map(\.writable)) { from, to in
          let sources = zip(values, zip(from, to)).map {
            ez_gradient_part(
              values: $1.0, channels: $0.channels, gradient: $1.1, accumulate: relu)
          }
          ez_affine_gradient_sums(
            sources, 2, dy, channels + 7, rows, scale, shift, shift, relu, &sum, &centred)
          ez_affine_gradient(
            sources, 2, dy, channels + 7, rows, scale, shift, relu, scale, shift, scale)
        }
        result += floats(sum + centred) + dx.flatMap(\.values)
      }
      return result
    },
    ThreadCase("column sums") {
      var out = randomValues(channels, "out")
      ez_column_sums(randomValues(rows * channels, "x"), rows, channels, &out, 1)
      return out
    },
    ThreadCase("mean of positions") {
      let x = randomValues(7 * 1000 * channels, "x")
      let mean = output(7 * channels) { ez_mean_positions(x, 7, 20, 50, channels, $0) }
      return mean
        + output(x.count) { ez_mean_positions_gradient(mean, 7, 1000, channels, $0) }
    },
    ThreadCase("add bias") {
      var x = randomValues(rows * channels, "x")
      ez_add_bias(&x, randomValues(channels, "bias"), rows, channels)
      return x
    },
  ]

  private static let geometry = ez_window(
    batch: 5, height: 31, width: 29, channels: 7, out_height: 16, out_width: 15, out_channels: 7,
    kernel_height: 3, kernel_width: 3, stride: 2, padding: 1,
    padding_left: 1, dilation: 1)
  private static let (imageCount, pooledCount) = (5 * 31 * 29 * 7, 5 * 16 * 15 * 7)

  private static let images = [
    ThreadCase("im2col and col2im") {
      var window = geometry
      let x = randomValues(31 * 29 * 7, "x")
      let columns = output(16 * 15 * 63) { ez_im2col(x, &window, $0) }
      return columns + output(x.count) { ez_col2im(columns, &window, $0) }
    },
    ThreadCase("maximum pooling") {
      var window = geometry
      let x = randomValues(imageCount, "x")
      var positions = [Int32](repeating: 0, count: pooledCount)
      let y = output(pooledCount) { ez_max_pool(x, &window, $0, &positions) }
      let plain = output(pooledCount) { ez_max_pool(x, &window, $0, nil) }
      return y + plain + positions.map { Float($0) }
        + output(imageCount) { ez_max_pool_gradient(y, positions, &window, $0) }
    },
    ThreadCase("average pooling") {
      var window = geometry
      let x = randomValues(imageCount, "x")
      let y = output(pooledCount) { ez_average_pool(x, &window, $0) }
      return y + output(imageCount) { ez_average_pool_gradient(y, &window, $0) }
    },
  ]

  private static let text = [
    ThreadCase("rows of a table") {
      let places = randomValues(500, "places", 0..<40).map { Int32($0) }
      let table = randomValues(40 * 50, "table")
      let rows = output(500 * 50) { ez_gather_rows(table, places, 500, 50, $0) }
      return rows + output(40 * 50) { ez_scatter_rows(rows, places, 500, 50, $0) }
    },
    ThreadCase("maximum over time") {
      let (documents, filters, length) = (Int32(9), 13, Int32(20))
      let starts = (0..<documents).map { $0 * (length + 2) }
      let lengths = (0..<documents).map { length - $0 }
      let time = Int(documents * (length + 2))
      let y = randomValues(time * filters, "y")
      let bias = randomValues(filters, "bias")
      let (x, w) = (randomValues(time * 6, "x"), randomValues(filters * 18, "w"))
      var winners = [Int32](repeating: 0, count: 9 * filters)
      let best = output(9 * filters) {
        ez_max_over_time(y, bias, starts, lengths, 9, filters, $0, filters, &winners)
      }
      var (dx, dw, db) = (zeros(x.count), zeros(w.count), zeros(filters))
      ez_max_over_time_gradient(
        best, filters, winners, x, w, 9, filters, 3, 6, &dx, &dw, &db)
      return best + winners.map { Float($0) } + dx + dw + db
    },
  ]

  private static let windows = [
    ThreadCase("best windows") {
      guard ez_lanes() > 0 else { return [] }
      let (documents, filters, kernel, width) = (17, 37, 3, 10)
      let lengths = (0..<documents).map { Int32($0 * 3 % 29 + 1) }
      var starts: [Int32] = []
      var rows: Int32 = 0
      for length in lengths {
        starts.append(rows)
        rows += length + Int32(kernel - 1)
      }
      let (x, w) = (
        randomValues(Int(rows) * width, "x"), randomValues(filters * kernel * width, "w")
      )
      let bias = randomValues(filters, "bias")
      let depth = kernel * width
      var packed = zeros(ez_packed_count(ez_lanes(), depth, filters))
      ez_pack_weights(ez_lanes(), w, filters, depth, nil, &packed)
      var space = zeros(ez_windows_workspace(29, filters))
      var winners = [Int32](repeating: 0, count: documents * filters)
      let best = output(documents * filters) {
        ez_best_windows(
          ez_lanes(), x, packed, bias, starts, lengths, documents, 29, filters, kernel, width,
          &space, $0, filters, &winners)
      }
      return best + winners.map { Float($0) }
    }
  ]

  private static let optimisers = [
    ThreadCase("adam") {
      var w = randomValues(count, "w")
      var (m, v) = (zeros(count), zeros(count))
      var step = ez_adam_step(
        learning_rate: 0.1, weight_decay: 0.1, beta1: 0.9, beta2: 0.99, epsilon: 1e-8,
        correction1: 0.1, correction2: 0.01, scale: 0.7, decoupled: 1)
      ez_adam(&w, randomValues(count, "g"), &m, &v, count, &step)
      return w + m + v
    },
    ThreadCase("gradient descent") {
      var (w, buffer) = (randomValues(count, "w"), randomValues(count, "buffer"))
      ez_sgd(&w, randomValues(count, "g"), &buffer, count, 0.1, 0.9, 0.01, 1, 0, 1)
      return w + buffer
    },
    ThreadCase("moving average") {
      var average = randomValues(count, "average")
      ez_move_average(randomValues(count, "w"), &average, 0.1, count)
      return average
    },
  ]
}
