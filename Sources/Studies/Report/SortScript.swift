/// Tables that sort by the column whose heading is pressed.
///
/// A table of class `sortable` has buttons in the last row of its head, with `data-number` where the
/// column holds numbers, and `data-key` on each cell of its first body; an element with
/// `role="status"` in the same section is told the order.
package enum SortScript {
  /// The heading of a column.
  package static func head(
    _ title: String, isNumber: Bool, sorted: Bool = false, style: String = ""
  )
    -> String
  {
    "<th scope=\"col\"\(style.isEmpty ? "" : " class=\"\(style)\"")"
      + (sorted ? " aria-sort=\"descending\"" : "")
      + "><button type=\"button\"\(isNumber ? " data-number" : "")>\(title)"
      + "<span aria-hidden=\"true\"></span></button></th>"
  }

  package static let script = #"""
    (() => {
      for (const table of document.querySelectorAll("table.sortable")) {
        const body = table.tBodies[0], heads = [...table.tHead.rows[table.tHead.rows.length - 1].cells];
        const status = table.closest("section").querySelector("[role=status]");
        heads.forEach((head, column) => head.querySelector("button")?.addEventListener("click", () => {
          const button = head.querySelector("button"), isNumber = "number" in button.dataset;
          const now = head.getAttribute("aria-sort");
          // Numbers begin with the largest, words with the first.
          const order = now ? (now === "ascending" ? "descending" : "ascending")
            : isNumber ? "descending" : "ascending";
          for (const other of heads) other.removeAttribute("aria-sort");
          head.setAttribute("aria-sort", order);
          const sign = order === "ascending" ? 1 : -1;
          const rows = [...body.rows].map(row => ({ row, key: row.cells[column].dataset.key ?? "" }));
          rows.sort((a, b) => {
            // What is not known stays at the end.
            if ((a.key === "") !== (b.key === "")) return a.key === "" ? 1 : -1;
            return sign * (isNumber ? a.key - b.key
              : a.key.localeCompare(b.key, "en", { numeric: true }));
          });
          body.append(...rows.map(one => one.row));
          if (status) status.textContent = `Sorted by ${button.innerText.trim().split("\n").join(" ").toLowerCase()}, ${order}.`;
        }));
      }
    })();
    """#

  package static let style = """
    thead button { font: inherit; color: inherit; background: none; border: 0; padding: .35rem 0;
      cursor: pointer; text-align: inherit; }
    thead button > span::after { content: "\\2195"; opacity: .35; padding-left: .35em; }
    th[aria-sort=ascending] button > span::after { content: "\\2191"; opacity: 1; }
    th[aria-sort=descending] button > span::after { content: "\\2193"; opacity: 1; }

    """
}
