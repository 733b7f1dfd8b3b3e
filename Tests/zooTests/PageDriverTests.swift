import Basics
import Foundation
import TestSupport
import Testing

private let isLong = ProcessInfo.processInfo.environment["ENCODERZOO_LONG_TESTS"] == "1"

@Suite(
  "The pages in a browser", .serialized,
  .enabled(if: ProgramRunner.program != nil, "the program was not built beside the tests"),
  .enabled(if: isLong, "takes minutes; make test-long runs it"),
  .enabled(if: WebDriver.programs != nil, "chromium, chromium-driver and curl are not installed"))
struct PageDriverTests {
  /// A model that sees 224 × 224 pixels and is hardly trained, in a run of two splits.
  ///
  /// With `longIDs` the cases' ids have 80 characters, without a place to break in every other one.
  private func train(_ folder: String, longIDs: Bool = false) throws {
    try ProgramRunner.succeed([
      "data", "sample", "--output", "\(folder)/sample", "--count", "24", "--size", "256",
    ])
    if longIDs {
      let table = "\(folder)/sample/cases.csv"
      let lines = try String(contentsOfFile: table, encoding: .utf8).split(separator: "\n")
      let renamed = lines.enumerated().map { number, line in
        guard number > 0 else { return String(line) }
        let filler =
          number % 2 == 0
          ? String(repeating: "9", count: 80) : String(repeating: "-chest-pa", count: 9)
        return String((line.prefix(4) + filler).prefix(80) + line.dropFirst(4))
      }
      try (renamed.joined(separator: "\n") + "\n")
        .write(toFile: table, atomically: true, encoding: .utf8)
    }
    try """
    {"schema": 1, "name": "pages", "seed": 3,
     "data": {"format": "csv", "path": "sample/cases.csv", "synthetic": true,
       "columns": {"id": "id", "image": "image", "text": "text", "label": "label",
         "patient": "patient"},
       "labels": ["normal", "abnormal"]},
     "folds": {"kind": "k-fold", "count": 2, "validation": 0.2},
     "image": {"name": "net", "encoder": "densenet121", "size": 224,
       "options": {"growthRate": 4, "blocks": [1, 1], "initialFeatures": 8},
       "training": {"epochs": 1, "batchSize": 8}},
     "text": {"name": "words", "encoder": "word2vec",
       "options": {"dimension": 16, "epochs": 2, "filters": 8},
       "training": {"epochs": 1, "batchSize": 8}},
     "fusion": {"hidden": 0, "views": 1, "training": {"epochs": 1}}}
    """.write(toFile: "\(folder)/study.json", atomically: true, encoding: .utf8)
    try ProgramRunner.succeed([
      "compare", "\(folder)/study.json", "--output", "\(folder)/run", "--quiet",
    ])
  }

  /// What `explanation.json` says of the first map: signals and circles on the original.
  private struct Seen: Equatable {
    var signals: Int
    var circles: [[Double]]

    init(_ path: String) throws {
      var root = try JSONValue.parse(contentsOf: path).object()
      var image = try root.required("image").object()
      var method = try image.required("methods").array()[0].object()
      signals = try method.required("signals").array().count
      circles = try method.required("neighbourhoods").array().map { value in
        var one = try value.object()
        var circle = try one.required("circle").object()
        return try ["x", "y", "radius"].map { try circle.required($0).number() }
      }
    }

    /// The same from the page.
    init(page: JSONValue) throws {
      var object = try page.object()
      signals = try object.required("signals").integer()
      circles = try object.required("circles").array().map {
        try $0.array().map { try $0.number() }
      }
    }
  }

  private static let look = """
    return { signals: Number(document.getElementById("seen").dataset.signals),
      value: document.getElementById("sensitivity").value,
      rows: document.getElementById("circles").rows.length,
      circles: [...document.querySelectorAll("#rings .ring")].map(
        c => ["cx", "cy", "r"].map(name => Number(c.getAttribute(name)))) };
    """

  /// Milliseconds from an input event at the slider to the page's new text, and to the end of the frame
  /// that shows it, at twenty places.
  private static let timed = """
    const slider = document.getElementById("sensitivity"), seen = document.getElementById("seen");
    const answers = [], frames = [];
    for (let i = 0; i < 20; i++) {
      const start = performance.now();
      const answered = new Promise(done => new MutationObserver((changes, observer) => {
        observer.disconnect();
        done(performance.now());
      }).observe(seen, { childList: true, characterData: true, subtree: true }));
      slider.value = (37 * i + 20) % 100;
      slider.dispatchEvent(new Event("input"));
      answers.push(await answered - start);
      frames.push(await new Promise(done => requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => done(performance.now());
        channel.port2.postMessage(0);
      })) - start);
    }
    return [answers, frames];
    """

  /// Median, 95 % and longest of some times.
  private static func spread(_ times: JSONValue) throws -> String {
    let sorted = try times.array().map { try $0.number() }.sorted()
    return [sorted.count / 2, sorted.count * 19 / 20, sorted.count - 1].map {
      String(format: "%.1f", sorted[$0])
    }.joined(separator: ", ")
  }

  @Test("The slider moves by keyboard, and the page's circles are the program's at five settings")
  func slider() async throws {
    try await withAsyncTemporaryFolder { folder in
      try train(folder)
      let model = "\(folder)/run/cells/r1f1/net + words/model"
      func explain(_ percent: Int) throws -> String {
        let output = "\(folder)/at-\(percent)"
        try ProgramRunner.succeed([
          "explain", model, "--image", "\(folder)/sample/images/0001.png", "--text",
          "There is a small effusion.", "--output", output, "--sensitivity",
          "\(Double(percent) / 100)", "--nodes", "10", "--baseline", "black", "--quiet",
        ])
        return output
      }
      let page = "\(try explain(70))/explanation.html"
      let size = try Data(contentsOf: URL(fileURLWithPath: page)).count
      #expect(size <= 3_000_000, "\(size) bytes")
      try await WebDriver.run { driver in
        try await driver.open(file: page)
        // The page may have begun with a later map that has circles.
        let first = """
          const map = document.getElementById("map");
          map.selectedIndex = 0;
          map.dispatchEvent(new Event("change"));
          """
        _ = try await driver.run(first)
        let (left, right, home) = ("\u{e012}", "\u{e014}", "\u{e011}")
        let keys = [
          (70, ""), (85, String(repeating: right, count: 15)),
          (60, String(repeating: left, count: 25)), (95, String(repeating: right, count: 35)),
          (0, home),
        ]
        var counts: Set<Int> = []
        for (percent, keys) in keys {
          if !keys.isEmpty { try await driver.press(keys, in: "sensitivity") }
          // The answer comes with the next frame.
          _ = try await driver.run(
            "await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));")
          let found = try await driver.run(Self.look)
          var object = try found.object()
          #expect(try object.string("value") == "\(percent)")
          let wanted = try Seen(
            "\(try percent == 70 ? "\(folder)/at-70" : explain(percent))/explanation.json")
          #expect(try Seen(page: found) == wanted, "at \(percent)")
          #expect(try object.required("rows").integer() == wanted.circles.count)
          counts.insert(wanted.signals)
        }
        #expect(counts.count == 5)
        // A second visit, half a second after it has loaded: few answers are known by then.
        try await driver.open(file: page)
        _ = try await driver.run(first + "await new Promise(done => setTimeout(done, 500));")
        let times = try await driver.run(Self.timed).array()
        print(
          "slider to text \(try Self.spread(times[0])) ms, to frame \(try Self.spread(times[1])) ms;",
          "\(size) bytes")
        try await accessible(driver)
        #expect(try await driver.console().isEmpty)
        let asked = try await driver.requests()
        #expect(Set(asked) == [URL(fileURLWithPath: page).absoluteString], "\(asked)")
      }
    }
  }

  /// Every control has a name, the page fits a phone, in the light and in the dark.
  private func accessible(_ driver: WebDriver) async throws {
    var tree = try await driver.command("Accessibility.getFullAXTree").object()
    var controls = 0
    for node in try tree.required("nodes").array() {
      var node = try node.object()
      guard var role = try node.object("role"),
        ["slider", "combobox", "checkbox", "radio", "button", "link"].contains(
          try role.string("value", default: ""))
      else { continue }
      controls += 1
      var name = try node.object("name")
      #expect(try name?.string("value", default: "") != "", "a control without a name")
    }
    #expect(controls >= 9, "\(controls) controls")
    for scheme in ["light", "dark"] {
      _ = try await driver.command(
        "Emulation.setEmulatedMedia",
        ["features": [["name": "prefers-color-scheme", "value": scheme.json]]])
      _ = try await driver.command(
        "Emulation.setDeviceMetricsOverride",
        ["width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": true])
      let width = try await driver.run("return document.documentElement.scrollWidth;")
      #expect(try width.integer() <= 390, "\(scheme)")
      _ = try await driver.command("Emulation.clearDeviceMetricsOverride")
    }
    let grounds = try await driver.run(
      "return getComputedStyle(document.body).backgroundColor;"
    ).string()
    #expect(grounds != "rgb(251, 251, 250)", "the dark page is light")
  }

  /// Ids of 80 characters stand in a few lines, and the page is no wider than its window.
  private func readable(_ driver: WebDriver) async throws {
    for width in [1280, 768, 390] {
      _ = try await driver.command(
        "Emulation.setDeviceMetricsOverride",
        [
          "width": width.json, "height": 844, "deviceScaleFactor": 1,
          "mobile": false,
        ])
      let found = try await driver.run(
        """
        return [document.documentElement.scrollWidth,
          Math.max(...[...document.querySelectorAll("#cases tbody a span")].map(one => one.offsetHeight)),
          Math.min(...[...document.querySelectorAll("#cases tbody a span")].map(one => one.offsetWidth))];
        """
      ).array().map { try $0.number() }
      #expect(found[0] <= Double(width), "\(width)")
      #expect(found[1] <= 160, "an id is \(found[1]) pixels high at \(width)")
      #expect(found[2] >= 100, "an id has \(found[2]) pixels of width at \(width)")
    }
    _ = try await driver.command("Emulation.clearDeviceMetricsOverride")
  }

  @Test("An index sorts by keyboard, shows its pictures, and leads to the cases")
  func index() async throws {
    try await withAsyncTemporaryFolder { folder in
      try train(folder, longIDs: true)
      try ProgramRunner.succeed([
        "explain", "\(folder)/run", "--combination", "net + words", "--study",
        "\(folder)/study.json", "--output", "\(folder)/why", "--method", "grad-cam", "--nodes",
        "4", "--quiet",
      ])
      try await WebDriver.run { driver in
        try await driver.open(file: "\(folder)/why/index.html")
        let column = """
          const table = document.getElementById("cases");
          const index = [...table.tHead.rows[0].cells].findIndex(c => c.textContent === arguments0);
          return [...table.tBodies[0].rows].map(row => Number(row.cells[index].dataset.key));
          """
        func values(_ name: String) async throws -> [Double] {
          try await driver.run(column.replacingOccurrences(of: "arguments0", with: "\"\(name)\""))
            .array().map { try $0.number() }
        }
        let errors = try await values("Error")
        #expect(errors.count == 24 && errors == errors.sorted(by: >))
        _ = try await driver.run(
          """
          [...document.querySelectorAll("thead button")].find(b => b.textContent === "Probability").focus();
          """)
        try await driver.press("\u{e007}")
        let falling = try await values("Probability")
        #expect(falling == falling.sorted(by: >) && Set(falling).count > 1)
        try await driver.press("\u{e007}")
        #expect(try await values("Probability") == falling.sorted())
        let pictures = try await driver.run(
          """
          const all = [...document.querySelectorAll("#cases img")];
          for (const one of all) one.loading = "eager";
          await Promise.all(all.map(one => one.decode()));
          return all.filter(one => one.naturalWidth > 0).length;
          """)
        #expect(try pictures.integer() == 24)
        try await readable(driver)
        let link = try await driver.run("return document.querySelector('#cases a').href;").string()
        try await driver.open(link)
        var shown = try await driver.run(Self.look).object()
        #expect(
          try shown.required("circles").array().count == shown.required("rows").integer())
        #expect(try await driver.console().isEmpty)
        #expect(try await driver.requests().allSatisfy { $0.hasPrefix("file:") })
      }
    }
  }
}
