import EncoderKit

/// Several image encoders of one kind, trained apart; their features stand side by side.
///
/// Lakshminarayanan, Pritzel and Blundell 2017, "Simple and scalable predictive uncertainty
/// estimation using deep ensembles", https://arxiv.org/abs/1612.01474. `[batch, height, width,
/// channels]` to `[batch, members · featureWidth]`. Keys: `member1.…`, `member2.…`. The whole is
/// one stage.
package struct ImageEnsemble: ImageEncoder {
  package let members: [any ImageEncoder]
  package let stages: [EncoderStage]

  /// Joins encoders that were built below `member1`, `member2`, ….
  package init(_ members: [any ImageEncoder]) {
    self.members = members
    stages = [EncoderStage("members", keys: (1...members.count).map { "member\($0)" })]
  }

  package var featureWidth: Int { members.reduce(0) { $0 + $1.featureWidth } }

  /// The stages of each member.
  package var memberStages: [EncoderStage] { members[0].stages }

  package func run(stage: Int, on x: Tensor, _ pass: inout Forward) -> Tensor {
    var parts: [Tensor] = []
    for member in members { parts.append(member.features(x, &pass)) }
    return pass.concatenate(parts)
  }
}

/// Several text encoders of one kind, trained apart; their features stand side by side.
///
/// Texts to `[texts, members · featureWidth]`; keys as those of `ImageEnsemble`.
package struct TextEnsemble: TextEncoder {
  private let members: [any TextEncoder]

  /// Joins encoders that were built below `member1`, `member2`, ….
  package init(_ members: [any TextEncoder]) { self.members = members }

  package var featureWidth: Int { members.reduce(0) { $0 + $1.featureWidth } }

  package func features(_ texts: [[Int32]], _ pass: inout Forward) -> Tensor {
    var parts: [Tensor] = []
    for member in members { parts.append(member.features(texts, &pass)) }
    return pass.concatenate(parts)
  }
}
