import Training

/// One row of a comparison: an image branch, a text branch, or both under a head.
package struct Combination: Sendable {
  package let name: String
  package let image: ImageBranch?
  package let text: TextBranch?
  package let head: HeadBranch

  /// The same with a single encoder in place of several members.
  var member: Combination {
    var (image, text) = (image, text)
    image?.members = 1
    text?.members = 1
    return Combination(name: name, image: image, text: text, head: head)
  }
}

extension StudySpecification {
  /// All combinations; those of one encoder first, since multimodal ones start from them.
  package var combinations: [Combination] {
    var all: [Combination] = []
    for image in images {
      all.append(Combination(name: image.name, image: image, text: nil, head: heads[0]))
    }
    for text in texts {
      all.append(Combination(name: text.name, image: nil, text: text, head: heads[0]))
    }
    for image in images {
      for text in texts {
        for (index, head) in heads.enumerated() {
          let suffix = heads.count > 1 ? " \(head.head) \(index + 1)" : ""
          all.append(
            Combination(
              name: "\(image.name) + \(text.name)\(suffix)", image: image, text: text, head: head))
        }
      }
    }
    return all
  }
}
