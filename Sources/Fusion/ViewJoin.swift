import EncoderKit

/// Makes one row of features of the features of a case's pictures.
///
/// x = the mean, the maximum of each column, or Σₖ aₖ hₖ with a = softmax(wᵀ (tanh(V hₖ) ∘ σ(U hₖ))): gated attention,
/// Ilse, Tomczak and Welling 2018, "Attention-based Deep Multiple Instance Learning", eq. 8 and 9,
/// https://arxiv.org/abs/1802.04712. Where cases have slots, a learned vector takes the place of a picture that is
/// missing, and in training pictures are passed over at random so that it learns. Without slots the order of the
/// pictures does not matter.
///
/// Keys below its scope: `missing0`, … `[width]`, one a slot; `attention.tanh.weight` (V), `attention.gate.weight` (U)
/// `[attentionWidth, width]`, `attention.score.weight` (w) `[1, attentionWidth]`.
package struct ViewJoin {
  /// How features are joined.
  package enum Rule: String, Sendable, CaseIterable {
    case mean
    case maximum = "max"
    case attention
  }

  /// V, U and w of the formula.
  private struct Attention {
    let tanh: Linear
    let gate: Linear
    let score: Linear
  }

  package let rule: Rule
  /// What stands for a missing picture of each slot; empty where cases have any number of pictures.
  package let standIns: [Parameter]
  private let attention: Attention?
  private let dropRate: Double

  /// Builds what the rule learns below a scope.
  ///
  /// - Parameters:
  ///   - scope: where the keys are.
  ///   - rule: how features are joined.
  ///   - slots: the number of slots; nil where cases have any number of pictures.
  ///   - width: the features of a picture.
  ///   - attentionWidth: the rows of V and U.
  ///   - dropRate: how likely a training case that has several pictures loses one of them, 0..<1.
  /// - Throws: `ZooError` when saved weights do not fit.
  package init(
    _ scope: Scope, rule: Rule, slots: Int?, width: Int, attentionWidth: Int, dropRate: Double
  ) throws {
    self.rule = rule
    self.dropRate = dropRate
    standIns = try (0..<(slots ?? 0)).map {
      try scope.parameter("missing\($0)", shape: [width], kind: .offset, initializer: .constant(0))
    }
    let own = scope("attention")
    // One slot alone has the weight 1.
    attention =
      rule != .attention || slots == 1
      ? nil
      : Attention(
        tanh: try Linear(own("tanh"), from: width, to: attentionWidth, hasBias: false),
        gate: try Linear(own("gate"), from: width, to: attentionWidth, hasBias: false),
        score: try Linear(own("score"), from: attentionWidth, to: 1, hasBias: false))
  }

  /// The features of cases, `[cases, width]`.
  ///
  /// `features` are those of all pictures, `[pictures, width]`, or one tensor for each slot; `pictures` holds the row of
  /// each picture of each case, nil for one that is missing.
  package func callAsFunction(
    _ features: [Tensor?], _ pictures: [[Int?]], _ pass: inout Forward
  ) -> Tensor {
    let (rows, counts) = rows(features, dropped(pictures, &pass), &pass)
    if rows.shape[1] == 1 { return pass.reshape(rows, to: [rows.shape[0], rows.channels]) }
    switch rule {
    case .mean: return pass.meanOverRows(rows, counts: counts)
    case .maximum: return pass.maximumOverRows(rows, counts: counts)
    case .attention:
      return pass.weightedSumOverRows(rows, weights: weights(of: rows, counts, &pass))
    }
  }

  /// The attention that each picture or stand-in of each case gets, which sum to 1; nil for other rules.
  package func weights(
    _ features: [Tensor?], _ pictures: [[Int?]], _ pass: inout Forward
  ) -> [[Float]]? {
    guard rule == .attention else { return nil }
    let (rows, counts) = rows(features, pictures, &pass)
    let count = rows.shape[1]
    guard count > 1 else { return pictures.map { _ in [1] } }
    let values = weights(of: rows, counts, &pass).values
    return pictures.indices.map { item in
      Array(values[item * count..<item * count + pictures[item].count])
    }
  }

  /// Attention over `[cases, n, width]`, `[cases, n]`.
  private func weights(of rows: Tensor, _ counts: [Int]?, _ pass: inout Forward) -> Tensor {
    let (cases, count) = (rows.shape[0], rows.shape[1])
    guard let attention else { return Tensor(repeating: 1, shape: [cases, count]) }
    let flat = pass.reshape(rows, to: [cases * count, rows.channels])
    let hidden = pass.multiply(
      pass.tanh(attention.tanh(flat, &pass)), pass.sigmoid(attention.gate(flat, &pass)))
    let scores = pass.reshape(attention.score(hidden, &pass), to: [cases, count])
    return pass.softmaxOverRows(scores, counts: counts)
  }

  /// The features of every case one after another, `[cases, n, width]`, and how many of each count.
  private func rows(_ features: [Tensor?], _ pictures: [[Int?]], _ pass: inout Forward) -> (
    Tensor, counts: [Int]?
  ) {
    guard !standIns.isEmpty else {
      guard features.count > 1 else { return bag(features[0], pictures, &pass) }
      // Every case has the same number of pictures, each in a tensor of its own.
      let all = pass.concatenate(features.compactMap(\.self))
      return (
        pass.reshape(all, to: [pictures.count, features.count, all.channels / features.count]), nil
      )
    }
    let slots = standIns.enumerated().map { slot, standIn in
      pass.rows(
        features[features.count > 1 ? slot : 0], at: pictures.map { $0[slot] }, otherwise: standIn)
    }
    let width = slots[0].channels
    return (pass.reshape(pass.concatenate(slots), to: [pictures.count, slots.count, width]), nil)
  }

  /// Cases with any number of pictures, behind the shorter ones the first picture again.
  private func bag(_ features: Tensor?, _ pictures: [[Int?]], _ pass: inout Forward) -> (
    Tensor, counts: [Int]?
  ) {
    let all = pictures.map { $0.compactMap(\.self) }
    guard let features, let most = all.map(\.count).max(), !all.contains(where: \.isEmpty) else {
      preconditionFailure("a case without pictures")
    }
    let indices = all.flatMap { rows in
      (rows + [Int](repeating: rows[0], count: most - rows.count)).map(Int32.init)
    }
    let rows = pass.gatherRows(features, indices)
    return (pass.reshape(rows, to: [all.count, most, features.channels]), all.map(\.count))
  }

  /// In training, cases of several pictures without one of them now and then.
  private func dropped(_ pictures: [[Int?]], _ pass: inout Forward) -> [[Int?]] {
    guard pass.mode == .training, dropRate > 0, !standIns.isEmpty else { return pictures }
    return pictures.map { slots in
      let present = slots.indices.filter { slots[$0] != nil }
      guard present.count > 1 else { return slots }
      // Two draws a case, whatever comes of the first, so that cases do not move each other's.
      let (loses, which) = (pass.random.uniform(), pass.random.uniform())
      guard loses < dropRate else { return slots }
      var slots = slots
      slots[present[min(present.count - 1, Int(which * Double(present.count)))]] = nil
      return slots
    }
  }
}
