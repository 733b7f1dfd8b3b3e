import Basics
import Fusion
import Training

/// One row of a comparison: an image branch, a text branch, or both under a head.
package struct Combination: Sendable {
  package let name: String
  package let image: ImageBranch?
  package let text: TextBranch?
  package let head: HeadBranch
  /// The simple rule that takes the place of training; nil trains.
  package var probe: ProbeRule?

  /// How its models are made.
  ///
  /// - Precondition: it has an encoder.
  package var recipe: any Recipe {
    switch (image, text) {
    case (let image?, let text?):
      MultimodalRecipe(name: name, image: image.name, text: text.name, head: head)
    case (let image?, nil):
      if let probe {
        ProbeRecipe(name: name, image: image, rule: probe)
      } else {
        unimodal(.image(image.member), count: image.members)
      }
    case (nil, let text?): unimodal(.text(text.member), count: text.members)
    case (nil, nil): preconditionFailure("the combination \(name) has no encoder")
    }
  }

  /// The decoder of a model of one encoder alone.
  package var partDecoder: DenseDecoder.Configuration {
    image?.decoder ?? text?.decoder ?? head.partDecoder
  }

  private func unimodal(_ encoder: UnimodalRecipe.Encoder, count: Int) -> any Recipe {
    let member = UnimodalRecipe(
      name: name, encoder: encoder, decoder: partDecoder, views: head.views)
    return count > 1 ? EnsembleRecipe(of: member, count: count) : member
  }
}

extension ImageBranch {
  /// The same with a single encoder in place of several members.
  fileprivate var member: ImageBranch {
    var branch = self
    branch.members = 1
    return branch
  }
}

extension TextBranch {
  /// The same with a single encoder in place of several members.
  fileprivate var member: TextBranch {
    var branch = self
    branch.members = 1
    return branch
  }
}

extension StudySpecification {
  /// The names of the combinations that some heads, by their names, join.
  func combinations(of heads: Set<String>) -> Set<String> {
    Set(
      combinations.filter { $0.image != nil && $0.text != nil && heads.contains($0.head.name) }
        .map(\.name))
  }

  /// All combinations; those of one encoder first, since multimodal ones start from them.
  package var combinations: [Combination] {
    if probes {
      return images.flatMap { image in
        ProbeRule.allCases.map { rule in
          Combination(
            name: "\(image.name), \(rule.rawValue)", image: image, text: nil, head: heads[0],
            probe: rule)
        }
      }
    }
    let alone =
      images.map { Combination(name: $0.name, image: $0, text: nil, head: heads[0]) }
      + texts.map { Combination(name: $0.name, image: nil, text: $0, head: heads[0]) }
    return alone
      + images.flatMap { image in
        texts.flatMap { text in
          heads.map { head in
            let suffix = heads.count > 1 ? " \(head.name)" : ""
            return Combination(
              name: "\(image.name) + \(text.name)\(suffix)", image: image, text: text, head: head)
          }
        }
      }
  }
}

extension Combination {
  /// What it was set to: its branches and head as a specification gives them.
  package var settings: JSONValue {
    var members: [(key: String, value: JSONValue)] = []
    if let image { members.append(("image", image.json)) }
    if let text { members.append(("text", text.json)) }
    if image != nil, text != nil { members.append(("fusion", head.json)) }
    if let probe { members.append(("probe", probe.rawValue.json)) }
    return JSONValue(.object(members))
  }
}
