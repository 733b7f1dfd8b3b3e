import Basics
import EncoderKit
import Foundation
import WeightFiles

/// A file's tensors brought to an encoder's keys and shapes, and what became of each.
///
/// Names are compared as published. What a wrapper put before all of them (`module.`,
/// `module.densenet121.`, `model.`) is taken away, and what stands beside it dropped; the dots of old DenseNet files (`norm.1`) are
/// joined. Tensors that only training needs (`num_batches_tracked`) are dropped, and so is the
/// published classifier, which each study makes anew for its own labels.
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
  /// The file's spelling of mapped keys that differ from the encoder's.
  package private(set) var renamed: [String: String] = [:]
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
  /// The images' channels that the file's first convolution reads.
  package let channels: Int
  private let file: StateDictionary
  private let scope: ParameterStore

  /// Maps a file's tensors to an encoder; nothing is refused yet.
  ///
  /// - Throws: `ZooError` for options that the encoder does not understand.
  package init(
    _ file: StateDictionary, entry: any ImageEncoderEntry, options: JSONObject, size: Int
  ) throws {
    let description = entry.description
    encoder = description.name
    self.file = file
    let first = file.entries.first { $0.shape.count == 4 }
    channels = first.map { [1, 3].contains($0.shape[1]) ? $0.shape[1] : 3 } ?? 3
    scope = ParameterStore.blank()
    _ = try entry.make(
      options: options, input: ImageInput(size: size, channels: channels), scope: Scope(scope))
    let wanted = Dictionary(
      uniqueKeysWithValues: scope.parameters.map { ($0.key, $0.value.shape.inFileOrder) })
    let classifier = description.image?.classifier ?? "classifier"
    let prefix = Self.prefix(of: file.entries.map(\.name), wanted: wanted)
    var sources: [String: String] = [:]
    var unfit: Set<String> = []
    for entry in file.entries {
      guard entry.name.hasPrefix(prefix) else {
        dropped.append((entry.name, "outside \(prefix.dropLast())"))
        continue
      }
      let plain = String(entry.name.dropFirst(prefix.count))
      let key = Self.joined(plain)
      if key.hasSuffix("num_batches_tracked") {
        dropped.append((entry.name, "counts batches in training"))
      } else if let shape = wanted[key] {
        if shape == entry.shape {
          sources[key] = entry.name
        } else {
          unfit.insert(key)
          mismatched.append(Mismatch(key: entry.name, found: entry.shape, expected: shape))
        }
      } else if key == classifier || key.hasPrefix("\(classifier).") {
        dropped.append((entry.name, "the published classifier"))
      } else {
        unexpected.append(entry.name)
      }
    }
    var (covered, total) = (0, 0)
    for parameter in scope.parameters {
      total += parameter.value.count
      guard let source = sources[parameter.key] else {
        if !unfit.contains(parameter.key) { missing.append(parameter.key) }
        continue
      }
      covered += parameter.value.count
      mapped.append(parameter.key)
      if source != parameter.key { renamed[parameter.key] = source }
    }
    share = total == 0 ? 0 : Double(covered) / Double(total)
  }

  /// The tensors by the encoder's keys, in the file's order of axes.
  ///
  /// What `allowed` names, whole keys or their first parts, may be missing or unexpected.
  ///
  /// - Throws: `ZooError` of code `.badFormat` that lists what does not fit; `.notFinite` for a value
  ///   that is no number.
  package func tensors(allowing allowed: [String] = []) throws -> [String: (
    shape: [Int], values: [Float]
  )] {
    func isAllowed(_ key: String) -> Bool {
      allowed.contains { key == $0 || key.hasPrefix("\($0).") }
    }
    let problems =
      missing.filter { !isAllowed($0) }.map { "missing: \($0)" }
      + unexpected.filter { !isAllowed($0) }.map { "unexpected: \($0)" }
      + mismatched.map { "other shape: \($0.key) \($0.found), expected \($0.expected)" }
    guard problems.isEmpty else {
      let more = problems.count > 10 ? "\n  and \(problems.count - 10) more" : ""
      throw ZooError(
        .badFormat,
        "these are not the weights of \(encoder): \(mapped.count) of \(scope.parameters.count)"
          + " tensors fit\n  " + problems.prefix(10).joined(separator: "\n  ") + more,
        at: Place(path: file.path),
        advice: mismatched.isEmpty
          ? "name another encoder, or allow what is partial by its name with --allow"
          : "name the encoder and options that these weights were trained with")
    }
    var tensors: [String: (shape: [Int], values: [Float])] = [:]
    for key in mapped {
      let name = renamed[key] ?? key
      let values = try file.floats(name)
      guard values.allSatisfy(\.isFinite) else {
        throw ZooError(
          .notFinite, "a value is not a finite number", at: Place(path: file.path, key: name))
      }
      tensors[key] = (file.entry(name)?.shape ?? [], values)
    }
    return tensors
  }

  /// The report in lines.
  package var lines: [String] {
    var lines = [
      String(
        format: "%@: %d of %d tensors, %.1f %% of the values, %d channel%@", encoder, mapped.count,
        scope.parameters.count, 100 * share, channels, channels == 1 ? "" : "s")
    ]
    if let first = mapped.first(where: { renamed[$0] != nil }), let source = renamed[first] {
      lines.append("renamed \(renamed.count), such as \(source) → \(first)")
    }
    for (reason, keys) in Dictionary(grouping: dropped, by: \.reason).sorted(by: { $0.key < $1.key }
    ) {
      lines.append("dropped \(keys.count) (\(reason)), such as \(keys[0].key)")
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

  /// The beginning whose removal lets most names fall into place; the shortest of equals.
  private static func prefix(of names: [String], wanted: [String: [Int]]) -> String {
    var candidates: Set<String> = [""]
    for name in names {
      var parts = name.split(separator: ".", omittingEmptySubsequences: false).dropLast()
      while parts.count > 3 { parts.removeLast() }
      while !parts.isEmpty {
        candidates.insert(parts.joined(separator: ".") + ".")
        parts.removeLast()
      }
    }
    func hits(_ prefix: String) -> Int {
      names.count {
        $0.hasPrefix(prefix) && wanted[joined(String($0.dropFirst(prefix.count)))] != nil
      }
    }
    return candidates.sorted { ($0.count, $0) < ($1.count, $1) }
      .map { ($0, hits($0)) }.reduce(("", -1)) { $1.1 > $0.1 ? $1 : $0 }.0
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

extension [Int] {
  /// Files keep a convolution's kernel as `[out, in, height, width]`; here it is `[out, …, in]`.
  fileprivate var inFileOrder: [Int] {
    count > 2 ? [self[0], self[count - 1]] + self[1..<(count - 1)] : self
  }
}
