import Bundles
import Foundation

/// `LICENCES.md` of a bundle: code, weights and data, each on its own.
struct LicenceText {
  let licences: BundleLicences

  init(_ licences: BundleLicences) { self.licences = licences }

  var text: String {
    var sections = [
      "# Licences\n\nCode, weights and data are three things, under terms of their own.",
      "## The weights\n\n\(named(licences.weights))\n\nThis is the licence of `model.safetensors` and of "
        + "the files beside it.",
      "## The code\n\n\(named(licences.code))\n\nThis is the licence of the program that trained and reads "
        + "the weights; it is no part of the bundle.",
      "## The data\n\n\(MarkdownText.plain(licences.data))\n\nThe data are no part of the bundle. Their terms may bind those who "
        + "use what was trained on them.",
    ]
    if let origin = licences.origin {
      sections.append(
        "## What the training started from\n\n\(MarkdownText.plain(origin))\n\nTraining went on from these weights, whose "
          + "terms may bind as well.")
    }
    return sections.joined(separator: "\n\n") + "\n"
  }

  private func named(_ licence: String) -> String {
    let isListed =
      licence.allSatisfy { $0.isLetter || $0.isNumber || "-.+".contains($0) }
      && !licence.hasPrefix("LicenseRef-")
    return isListed
      ? "[\(licence)](https://spdx.org/licenses/\(licence).html)" : MarkdownText.plain(licence)
  }
}
