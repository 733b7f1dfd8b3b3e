/// Tables that sort by the column whose heading is pressed.
///
/// A table of class `sortable` has buttons in the last row of its head, with `data-number` where the
/// column holds numbers, and `data-key` on each cell of its first body; an element with
/// `role="status"` in the same section is told the order.
package enum SortableTable {
  /// The heading of a column; `title` is HTML.
  package static func head(
    _ title: String, isNumber: Bool, sorted: Bool = false, style: String = ""
  ) -> String {
    "<th scope=\"col\"\(style.isEmpty ? "" : " class=\"\(style)\"")"
      + (sorted ? " aria-sort=\"descending\"" : "")
      + "><button type=\"button\"\(isNumber ? " data-number" : "")>\(title)"
      + "<span aria-hidden=\"true\"></span></button></th>"
  }

  /// What makes the headings work.
  package static var script: Page.Script { Page.Script(PageResource.sorting) }
}
