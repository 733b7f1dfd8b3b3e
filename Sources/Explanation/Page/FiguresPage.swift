import Basics
import Pages

/// What pages of tables and charts about a model have in common.
struct FiguresPage {
  /// What kind of page it is, such as `detection`.
  let kind: String
  let title: String
  let lede: String
  var isSynthetic = false
  /// Sentences a reader must know before any figure.
  var warnings: [String] = []
  /// What no figure may be taken for.
  let notice: String
  /// The sections' HTML.
  let content: String
  /// The files beside the page that hold its numbers.
  let files: [String]
  var scripts: [Page.Script] = []
  var hasPicturesBeside = false

  /// The whole page.
  var html: String {
    var page = Page(
      eyebrow: "EncoderZoo \(kind)", title: title, lede: htmlEscaped(lede), content: content,
      files: files)
    let synthetic =
      isSynthetic
      ? PageParts.notice(
        "The images and texts are generated. These figures say nothing about patients.",
        strong: "Synthetic data.") : ""
    page.head =
      PageParts.notice(notice) + synthetic + PageParts.warnings(warnings, strong: "Mind:")
    page.style = ExplanationResource.sheet
    page.scripts = scripts
    page.hasPicturesBeside = hasPicturesBeside
    return page.html
  }
}
