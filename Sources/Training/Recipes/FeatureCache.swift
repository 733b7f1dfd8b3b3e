import Basics
import EncoderKit
import Layers

/// What the recipes of a run made of weights and pictures, kept for those that come after.
///
/// One place for all that is kept, by keys that hold everything the values depend on. Of each kind
/// the value that was made last is held, since it may take gigabytes; of the maps that of each
/// branch, of given weights as many as take 256 MB. It belongs to one thread.
package final class FeatureCache {
  /// Given weights, in the channels and of the size that a branch reads.
  struct WeightsKey: Hashable {
    let origin: String?
    let encoder: String
    let options: JSONValue
    let channels: Int
    let size: Int
    let preset: NormalizationPreset?
  }

  /// A branch's frozen stages; a head that reads regions has fewer of them than others.
  struct MapsPlace: Hashable {
    let branch: String
    let stages: Int
  }

  /// Maps of frozen stages.
  struct MapsKey: Hashable {
    /// All that the branch is but how it is trained, with what was fitted for a split.
    let branch: JSONValue
    let views: Int
    /// The digest of weights that were drawn; nil for given ones, which the branch names.
    let drawn: String?
  }

  /// The features of texts by an encoder that is frozen whole.
  struct TextKey: Hashable {
    /// As of maps.
    let branch: JSONValue
    /// As of maps.
    let drawn: String?
  }

  /// The vocabulary and the word vectors of a text encoder, from the training subset of a split.
  struct WordsKey: Hashable {
    let split: String
    /// Stands for the random numbers.
    let draws: UInt64
    /// As of maps.
    let branch: JSONValue
  }

  /// What both encoders of a pair gave on a split.
  struct EncodedKey: Hashable {
    let split: String
    var variant = ""
    let image: String
    let text: String
    let views: Int
    let reads: Set<FusionHeadDescription.Reading>
  }

  /// What an encoder that stays as it is drawn is drawn from, besides the study's seed.
  struct DrawnKey: Hashable {
    let branch: JSONValue
    let seed: Int
  }

  /// Bytes that one set of maps may take in memory.
  let mapLimit: Int
  /// Where features of encoders that are frozen whole are kept between runs; nil for nowhere.
  let folder: FeatureFolder?
  private var recentWeights = Recent<WeightsKey>()
  private var latestMaps: [MapsPlace: Latest<MapsKey, FrozenMaps?>] = [:]
  private var latestDrawn: [String: Latest<DrawnKey, DrawnTensors>] = [:]
  private var recentTextWeights = Recent<JSONValue>()
  private var preparations: [JSONValue: TextPreparation] = [:]
  private var given: [String: FeatureRows] = [:]
  private var latestTexts: [String: Latest<TextKey, FeatureRows?>] = [:]
  private var words: [WordsKey: TextPreparation] = [:]
  private var latestEncoded = Latest<EncodedKey, [[CaseFeatures]]>()

  package init(folder: FeatureFolder? = nil, mapLimit: Int = 2 << 30) {
    self.folder = folder
    self.mapLimit = mapLimit
  }

  func weights(of branch: ImageBranch, make: () throws -> [String: Tensor]) rethrows
    -> [String: Tensor]
  {
    let key = WeightsKey(
      origin: branch.origin, encoder: branch.encoder, options: branch.options,
      channels: branch.preprocessing.channels, size: branch.preprocessing.size,
      preset: branch.preset)
    return try recentWeights.value(for: key, make: make)
  }

  func maps(_ place: MapsPlace, _ key: MapsKey, make: () throws -> FrozenMaps?) rethrows
    -> FrozenMaps?
  {
    try latestMaps[place, default: Latest()].value(for: key, make: make)
  }

  /// What was drawn for a branch that stays as it is drawn.
  func drawn(_ branch: String, _ key: DrawnKey) -> DrawnTensors {
    if latestDrawn[branch] == nil, latestDrawn.count >= Self.drawnLimit { latestDrawn = [:] }
    return latestDrawn[branch, default: Latest()].value(for: key) { DrawnTensors() }
  }

  /// The tensors that a text branch starts from.
  func textWeights(of branch: TextBranch, make: () throws -> [String: Tensor]) rethrows
    -> [String: Tensor]
  {
    try recentTextWeights.value(for: branch.json, make: make)
  }

  /// The tokenizer of a text branch that has one of its own.
  func preparation(of branch: TextBranch, make: () throws -> TextPreparation?) rethrows
    -> TextPreparation?
  {
    if let kept = preparations[branch.json] { return kept }
    let made = try make()
    preparations[branch.json] = made
    return made
  }

  /// Branches whose drawn numbers are held.
  private static let drawnLimit = 4
  /// How many vocabularies are held: those of one split, and of the inner folds of a search on it.
  private static let wordsLimit = 12

  /// The vocabulary and the word vectors that a recipe fitted to a split.
  func words(_ key: WordsKey, make: () throws -> TextPreparation) rethrows -> TextPreparation {
    if let kept = words[key] { return kept }
    if words.count >= Self.wordsLimit { words = [:] }
    let made = try make()
    words[key] = made
    return made
  }

  /// The vectors of a file that were computed elsewhere, in the order of the cases.
  func given(_ path: String, make: () throws -> FeatureRows) rethrows -> FeatureRows {
    if let kept = given[path] { return kept }
    let made = try make()
    given[path] = made
    return made
  }

  func textFeatures(of branch: String, _ key: TextKey, make: () throws -> FeatureRows?) rethrows
    -> FeatureRows?
  {
    try latestTexts[branch, default: Latest()].value(for: key, make: make)
  }

  func encoded(_ key: EncodedKey, make: () throws -> [[CaseFeatures]]) rethrows -> [[CaseFeatures]]
  {
    try latestEncoded.value(for: key, make: make)
  }
}

/// The value that was made last, with all that it depends on.
struct Latest<Key: Hashable, Value> {
  private var kept: (key: Key, value: Value)?

  /// The value of a key: the one that is held, or a new one in its place.
  mutating func value(for key: Key, make: () throws -> Value) rethrows -> Value {
    if let kept, kept.key == key { return kept.value }
    // Not two of them at once.
    kept = nil
    let value = try make()
    kept = (key, value)
    return value
  }
}

/// The tensors that were asked for last, as many as fit into some memory together; those that were made last in any case.
struct Recent<Key: Hashable> {
  /// Bytes that all take at most, if the last do not take more.
  let limit: Int
  /// Those that were asked for longest ago first.
  private var kept: [(key: Key, tensors: [String: Tensor], bytes: Int)] = []

  init(limit: Int = 256 << 20) { self.limit = limit }

  /// The tensors of a key: those that are held, or new ones.
  mutating func value(for key: Key, make: () throws -> [String: Tensor]) rethrows -> [String:
    Tensor]
  {
    if let place = kept.firstIndex(where: { $0.key == key }) {
      kept.append(kept.remove(at: place))
      return kept[kept.count - 1].tensors
    }
    // One that takes more by itself goes before there are two of them.
    shrink(to: limit)
    let tensors = try make()
    let bytes = tensors.values.reduce(0) { $0 + $1.count * MemoryLayout<Float>.size }
    shrink(to: limit - bytes)
    kept.append((key, tensors, bytes))
    return tensors
  }

  private mutating func shrink(to bytes: Int) {
    while !kept.isEmpty, kept.reduce(0, { $0 + $1.bytes }) > bytes { kept.removeFirst() }
  }
}
