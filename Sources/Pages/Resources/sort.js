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
