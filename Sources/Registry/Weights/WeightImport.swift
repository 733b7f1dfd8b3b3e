import Basics
import EncoderKit
import Foundation
import WeightFiles

/// A file's tensors brought to an encoder's keys and shapes, and what became of each.
///
/// Names are compared as published. What a wrapper put before all of them (`module.`,
/// `module.densenet121.`, `model.`) is taken away (`NamePrefix`), and what stands beside it dropped; the dots of old DenseNet files (`norm.1`) are
/// joined, and an encoder may know other spellings and pieces of its tensors (`PublishedName`). Tensors that only
/// training needs (`num_batches_tracked`) are dropped, and so is the published classifier, which each study makes anew
/// for its own labels. A tensor of another shape is refused unless the encoder knows how to bring it to its own.
package struct WeightImport {
  /// A tensor that could not be used: its shape is another.
  package struct Mismatch: Sendable, Equatable {
    package let key: String
    package let found: [Int]
    package let expected: [Int]
  }

  /// The encoder's name.
  package let encoder: String
  /// Keys that the file and the encoder share, by the encoder's spelling, in its order.
  package private(set) var mapped: [String] = []
  /// The file's spelling of mapped keys that differ from the encoder's; of several pieces the first.
  package private(set) var renamed: [String: String] = [:]
  /// Tensors whose values were brought to another shape.
  package private(set) var adapted: [Mismatch] = []
  /// Keys of the file that are left out on purpose, each with the reason.
  package private(set) var dropped: [(key: String, reason: String)] = []
  /// Keys of the file that the encoder has no use for.
  package private(set) var unexpected: [String] = []
  /// Parameters of the encoder that the file lacks.
  package private(set) var missing: [String] = []
  /// Tensors of another shape.
  package private(set) var mismatched: [Mismatch] = []
  /// The share of the encoder's values that the file covers, 0…1.
  package private(set) var share = 0.0
  /// The images' channels that the file's tensors read.
  package let channels: Int
  /// The parameters that read the images.
  package let readers: [String]
  /// What stood before all names and was taken away, with its dot.
  package let prefix: String
  /// Dictionaries of the file that were not read, and how many tensors they hold.
  package let beside: [(key: String, tensors: Int)]
  private let file: StateDictionary
  private let outline: EncoderOutline
  /// The file's tensors that make up each mapped key, in order.
  private var sources: [String: [String]] = [:]
  private var adaptations: [String: ([Float]) -> [Float]] = [:]

  /// Maps a file's tensors to an encoder; what does not fit is refused later.
  ///
  /// What is left of the prefix that `file` was read with chooses between encoders in one file.
  ///
  /// - Throws: `ZooError` for options that the encoder does not understand, for a file that holds two
  ///   encoders of which neither is named, and for a prefix that it does not hold.
  package init(
    _ file: StateDictionary, entry encoder: any ImageEncoderEntry, options: JSONObject, size: Int
  ) throws {
    try self.init(
      file, encoder, EncoderOutline(encoder, options: options, size: size),
      usual: encoder.description.image?.channels ?? 3)
  }

  /// The same of a text encoder.
  ///
  /// - Throws: As of images.
  package init(
    _ file: StateDictionary, entry encoder: any TextEncoderEntry, options: JSONObject,
    preparation: TextPreparation
  ) throws {
    try self.init(
      file, encoder,
      EncoderOutline(encoder, options: options, preparation: preparation),
      usual: EncoderOutline.text)
  }

  private init(
    _ file: StateDictionary, _ encoder: any EncoderEntry, _ outline: EncoderOutline, usual: Int
  ) throws {
    let description = encoder.description
    self.encoder = description.name
    self.file = file
    beside = file.beside
    self.outline = outline
    readers = outline.readers
    let names = PublishedNames(encoder, outline)
    let found = NamePrefix(file.entries) { key, tensor in names.fits(key, tensor.shape) }
    let prefix = try found.chosen(file.prefix, in: file, for: description.name)
    let others = found.others(within: prefix)
    self.prefix = prefix
    let named = Dictionary(
      file.entries.filter { $0.name.hasPrefix(prefix) }.map {
        (names.key(Self.joined(String($0.name.dropFirst(prefix.count))), $0.shape), $0)
      }, uniquingKeysWith: { first, _ in first })
    channels = outline.buildable(
      first: outline.channels { named[$0]?.shape } ?? usual)
    let classifier = description.image?.classifier ?? "classifier"
    var pieces: [String: [String?]] = [:]
    var unfit: Set<String> = []
    for entry in file.entries {
      guard entry.name.hasPrefix(prefix) else {
        dropped.append((entry.name, "outside \(prefix.dropLast())"))
        continue
      }
      if let other = others.first(where: { entry.name.hasPrefix($0) }) {
        dropped.append((entry.name, "below \(other.dropLast())"))
        continue
      }
      let plain = String(entry.name.dropFirst(prefix.count))
      let (key, index, count): (String, Int, Int)
      switch names.name(Self.joined(plain), entry.shape) {
      case .leftOut(let reason):
        dropped.append((entry.name, reason))
        continue
      case .key(let own): (key, index, count) = (own, 0, 1)
      case .piece(let own, let place, let all): (key, index, count) = (own, place, all)
      }
      if key.hasSuffix("num_batches_tracked") {
        dropped.append((entry.name, "counts batches in training"))
      } else if let whole = outline.shape(of: key, channels: channels) {
        let shape = whole.piece(of: count)
        if shape != entry.shape {
          guard count == 1, let change = encoder.adaptation(of: key, from: entry.shape, to: shape)
          else {
            unfit.insert(key)
            mismatched.append(Mismatch(key: entry.name, found: entry.shape, expected: shape))
            continue
          }
          adaptations[key] = change
          adapted.append(Mismatch(key: entry.name, found: entry.shape, expected: shape))
        }
        pieces[key, default: Array(repeating: nil, count: count)][index] = entry.name
      } else if key == classifier || key.hasPrefix("\(classifier).") {
        dropped.append((entry.name, "the published classifier"))
      } else {
        unexpected.append(entry.name)
      }
    }
    var (covered, total) = (0, 0)
    for key in outline.keys {
      let count = outline.shape(of: key, channels: channels)?.reduce(1, *) ?? 0
      total += count
      let found = (pieces[key] ?? []).compactMap { $0 }
      guard let first = found.first, found.count == pieces[key]?.count else {
        if !unfit.contains(key) { missing.append(key) }
        continue
      }
      covered += count
      mapped.append(key)
      sources[key] = found
      if first != key { renamed[key] = first }
    }
    share = total == 0 ? 0 : Double(covered) / Double(total)
  }

  /// The tensors by the encoder's keys, in the file's order of axes.
  ///
  /// What `allowed` names, whole keys or their first parts, may be missing or unexpected; the file's
  /// names and the encoder's keys count alike.
  ///
  /// - Throws: `ZooError` of code `.badFormat` that lists what does not fit; `.notFinite` for a value
  ///   that is no number.
  package func tensors(allowing allowed: [String] = []) throws -> [String: (
    shape: [Int], values: [Float]
  )] {
    try check(allowing: allowed)
    var tensors: [String: (shape: [Int], values: [Float])] = [:]
    for key in mapped {
      var values: [Float] = []
      for name in sources[key] ?? [] {
        let piece = try file.floats(name)
        guard piece.allSatisfy(\.isFinite) else {
          throw ZooError(
            .notFinite, "a value is not a finite number", at: Place(path: file.path, key: name))
        }
        values = values.isEmpty ? piece : values + piece
      }
      tensors[key] = (
        outline.shape(of: key, channels: channels) ?? [], adaptations[key]?(values) ?? values
      )
    }
    return tensors
  }

  /// Refuses what does not fit; no value is read.
  ///
  /// - Throws: What `tensors` throws, but for values.
  package func check(allowing allowed: [String] = []) throws {
    func isAllowed(_ keys: String...) -> Bool {
      allowed.contains { name in keys.contains { $0 == name || $0.hasPrefix("\(name).") } }
    }
    let kinds = [
      ("missing", missing.filter { !isAllowed($0, prefix + $0) }),
      (
        "unexpected",
        unexpected.filter {
          let plain = String($0.dropFirst(prefix.count))
          return !isAllowed($0, plain, Self.joined(plain))
        }
      ), ("other shape", mismatched.map { "\($0.key) \($0.found), expected \($0.expected)" }),
    ].filter { !$0.1.isEmpty }
    guard !kinds.isEmpty else { return }
    let counts = kinds.map { "\($0.1.count) \($0.0)" }.joined(separator: ", ")
    let examples = kinds.flatMap { kind, all in
      all.prefix(5).map { "\(kind): \($0)" }
        + (all.count > 5 ? ["and \(all.count - 5) more \(kind)"] : [])
    }
    throw ZooError(
      .badFormat,
      "these are not the weights of \(encoder): \(mapped.count) of \(outline.keys.count)"
        + " tensors fit; \(counts)\n  " + examples.joined(separator: "\n  "),
      at: Place(path: file.path), advice: advice(kinds.map(\.0)))
  }

  /// What may help: nothing is made to fit by allowing all of it to be missing.
  private func advice(_ kinds: [String]) -> String {
    if mapped.isEmpty { return "name the encoder that these weights are of" }
    if kinds.contains("other shape") {
      return "name the encoder and options that these weights were trained with"
    }
    return "name another encoder, or allow what is partial by its name: zoo weights import "
      + "\(file.path ?? "FILE") --for \(encoder) --allow KEYS --output NEW"
  }

  /// What of the file is not among the encoder's weights, in one sentence with counts; nil where nothing
  /// is, beside what PyTorch keeps for training.
  package var leftOut: String? {
    let reasons = Dictionary(grouping: dropped, by: \.reason).mapValues(\.count)
      .filter { $0.key != "counts batches in training" }.sorted { $0.key < $1.key }
      .map { "\($1) (\($0))" }
    let others =
      beside.map { "\($0.tensors) under \"\($0.key)\"" }
      + file.unread.filter { $0.tensorCount > 0 }.map {
        "\($0.tensorCount) in \"\($0.key)\", an object of class \($0.classNames[0])"
      }
    guard !reasons.isEmpty || !others.isEmpty else { return interpolated }
    return
      (interpolated.map { "\($0); " } ?? "")
      + "\(mapped.count) tensors\(prefix.isEmpty ? "" : " below \(prefix.dropLast())") are used; left"
      + " out are \((reasons + others).joined(separator: ", "))"
  }

  /// Tensors that were brought to another shape, in one sentence; nil where none was.
  private var interpolated: String? {
    adapted.isEmpty
      ? nil
      : adapted.map { "\($0.key) \($0.found) was interpolated to \($0.expected)" }.joined(
        separator: ", ")
  }

  /// The report in lines.
  package var lines: [String] {
    var lines = [
      String(
        format: "%@: %d of %d tensors, %.1f %% of the values", encoder, mapped.count,
        outline.keys.count, 100 * share)
        + (channels == EncoderOutline.text
          ? "" : ", \(channels) channel\(channels == 1 ? "" : "s")")
    ]
    if let first = mapped.first(where: { renamed[$0] != nil }), let source = renamed[first] {
      lines.append("renamed \(renamed.count), such as \(source) → \(first)")
    }
    if let interpolated { lines.append(interpolated) }
    for (reason, keys) in Dictionary(grouping: dropped, by: \.reason).sorted(by: { $0.key < $1.key }
    ) {
      lines.append("dropped \(keys.count) (\(reason)), such as \(keys[0].key)")
    }
    lines += beside.map { "not read: \($0.tensors) tensors under \"\($0.key)\"" }
    lines += file.unread.filter { $0.tensorCount > 0 }.map {
      "not read: \($0.tensorCount) tensors in \"\($0.key)\", an object of class \($0.classNames[0])"
    }
    for (title, keys) in [("missing", missing), ("unexpected", unexpected)] where !keys.isEmpty {
      let more = keys.count > 5 ? ", …" : ""
      lines.append("\(title) \(keys.count): \(keys.prefix(5).joined(separator: ", "))\(more)")
    }
    for mismatch in mismatched.prefix(5) {
      lines.append("other shape: \(mismatch.key) \(mismatch.found), expected \(mismatch.expected)")
    }
    return lines
  }

  /// `denselayer1.norm.1.weight`, as old DenseNet files have it, as `denselayer1.norm1.weight`.
  static func joined(_ key: String) -> String {
    var parts = key.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard let layer = parts.firstIndex(where: { $0.hasPrefix("denselayer") }),
      layer + 2 < parts.count, ["norm", "relu", "conv"].contains(parts[layer + 1]),
      ["1", "2"].contains(parts[layer + 2])
    else { return key }
    parts[layer + 1] += parts.remove(at: layer + 2)
    return parts.joined(separator: ".")
  }
}
