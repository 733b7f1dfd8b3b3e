import Basics
import Datasets

extension DataCheck {
  /// The file beside the page.
  package static let fileName = "check.json"

  /// Everything that the page shows, as `check.json`; docs/check.md describes it.
  package var json: JSONValue {
    [
      "schema": 1,
      "data": input.set.name.json,
      "findings": findings.map(\.json).json,
      "labels": tables.labels.json,
      "counts": ([tables.all, tables.subsets] + tables.attributes).map(DataCheck.json).json,
      "patients": [
        "count": tables.patients.count.json, "casesWithout": tables.patients.unknown.json,
        "mostCases": tables.patients.most.json,
      ],
      "associations": tables.associations.map { found -> JSONValue in
        [
          "attribute": found.attribute.json, "label": found.label.json,
          "cramersV": found.v.json,
        ]
      }.json,
      "pictures": picturesJSON, "texts": textsJSON,
    ]
  }

  private static func json(_ table: CaseTables.Table) -> JSONValue {
    [
      "title": table.title.json,
      "rows": table.rows.map { row -> JSONValue in
        ["name": row.name.json, "cases": row.cases.json, "labels": row.counts.json]
      }.json,
    ]
  }

  private var picturesJSON: JSONValue {
    guard let pictures else { return nil }
    return [
      "count": input.sketches.count { $0 != nil }.json, "likeness": pictures.likeness.json,
      "sizes": pictureSizes.map { size -> JSONValue in
        [
          "width": size.width.json, "height": size.height.json, "bits": size.depth.json,
          "colour": size.hasColour.json, "pictures": size.count.json,
        ]
      }.json,
      "histograms": histograms.map { histogram -> JSONValue in
        ["label": histogram.label.json, "shares": histogram.shares.json]
      }.json,
    ]
  }

  private var textsJSON: JSONValue {
    guard let texts else { return nil }
    return [
      "count": texts.count.json, "lengths": texts.lengths.json,
      "vocabulary": texts.vocabulary.json, "wordsThatOccurOnce": texts.hapaxes.json,
      "languages": texts.languages.map { language -> JSONValue in
        ["code": language.code.json, "texts": language.count.json]
      }.json,
      "readers": texts.readings.map { reading -> JSONValue in
        [
          "name": reading.name.json, "maximumWords": reading.maximumWords.json,
          "cutTexts": reading.cutTexts.json, "cutShare": reading.cutShare.json,
          "coverage": reading.coverage.json,
          "unknown": reading.unknown.map { word -> JSONValue in
            ["word": word.word.json, "count": word.count.json]
          }.json,
        ]
      }.json,
      "templates": texts.templates.map { template -> JSONValue in
        [
          "text": template.text.json,
          "cases": DataCheck.ids(input.set, template.cases).json,
        ]
      }.json,
      "labelWords": (labelWords?.labels ?? []).map { label -> JSONValue in
        [
          "label": label.name.json,
          "words": label.words.map { word -> JSONValue in
            [
              "word": word.word.json, "with": [word.with.count.json, word.with.of.json],
              "without": [word.without.count.json, word.without.of.json], "j": word.j.json,
              "isName": word.isName.json,
            ]
          }.json,
        ]
      }.json,
    ]
  }

  /// Sizes and depths of pictures, the commonest first.
  typealias PictureSizeCount = (width: Int, height: Int, depth: Int, hasColour: Bool, count: Int)

  var pictureSizes: [PictureSizeCount] {
    struct Key: Hashable {
      let width: Int
      let height: Int
      let depth: Int
      let hasColour: Bool
    }
    let keys = input.sketches.compactMap { sketch in
      sketch.map {
        Key(width: $0.width, height: $0.height, depth: $0.depth, hasColour: $0.hasColour)
      }
    }
    return Dictionary(grouping: keys) { $0 }
      .map { ($0.width, $0.height, $0.depth, $0.hasColour, $1.count) }
      .sorted {
        ($1.count, $0.width, $0.height, $0.depth) < ($0.count, $1.width, $1.height, $1.depth)
      }
  }

  /// The mean histogram of greys of each label's pictures.
  var histograms: [(label: String, shares: [Double])] {
    let matrix = input.set.labelMatrix
    let width = matrix.names.count
    let owners = input.set.pictureLayout.owners
    return matrix.names.indices.compactMap { label in
      let own = input.sketches.indices.compactMap { place in
        matrix.answers[owners[place] * width + label] ? input.sketches[place] : nil
      }
      guard !own.isEmpty else { return nil }
      let shares = (0..<PictureSketch.bins).map { bin in
        own.reduce(0.0) { $0 + Double($1.histogram[bin]) } / Double(own.count)
      }
      return (matrix.names[label], shares)
    }
  }
}
