import Training

/// One row of a comparison: an image branch, a text branch, or both under a head.
package struct Combination: Sendable {
  package let name: String
  package let image: ImageBranch?
  package let text: TextBranch?
  package let head: HeadBranch
  /// The simple rule that takes the place of training; nil trains.
  package var probe: Probe?

  /// A simple rule over the features of an untouched encoder.
  package enum Probe: String, Sendable, CaseIterable {
    /// Logistic regression.
    case linear = "linear probe"
    /// A vote of the nearest training cases.
    case neighbours = "nearest neighbours"
  }

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
    if probes {
      return images.flatMap { image in
        Combination.Probe.allCases.map { probe in
          Combination(
            name: "\(image.name), \(probe.rawValue)", image: image, text: nil, head: heads[0],
            probe: probe)
        }
      }
    }
    for image in images {
      all.append(Combination(name: image.name, image: image, text: nil, head: heads[0]))
    }
    for text in texts {
      all.append(Combination(name: text.name, image: nil, text: text, head: heads[0]))
    }
    for image in images {
      for text in texts {
        for head in heads {
          let suffix = heads.count > 1 ? " \(head.name)" : ""
          all.append(
            Combination(
              name: "\(image.name) + \(text.name)\(suffix)", image: image, text: text, head: head))
        }
      }
    }
    return all
  }
}
