import Basics
import EncoderKit

/// An encoder's parameters as a file would hold them, for images of one channel and of three.
///
/// Which parameter reads the images is not guessed by its name, place or shape: it is the one whose shape
/// changes with the images' channels.
struct EncoderOutline {
  /// The keys, in the order in which the encoder asks for them.
  let keys: [String]
  /// The parameters that read the images.
  let readers: [String]
  /// The shapes by key in the file's order of axes, by the number of channels.
  private let shapes: [Int: [String: [Int]]]

  /// Builds the encoder without values.
  ///
  /// - Throws: `ZooError` for options that the encoder does not understand.
  init(_ entry: any ImageEncoderEntry, options: JSONObject, size: Int) throws {
    var keys: [Int: [String]] = [:]
    var shapes: [Int: [String: [Int]]] = [:]
    var refusal: (any Error)?
    for channels in [3, 1] {
      // Given back before the next: large encoders take half a gigabyte.
      let store = ParameterStore.blank()
      do {
        _ = try entry.make(
          options: options, input: ImageInput(size: size, channels: channels), scope: Scope(store))
      } catch {
        refusal = refusal ?? error
        continue
      }
      keys[channels] = store.parameters.map(\.key)
      shapes[channels] = Dictionary(
        store.parameters.map { ($0.key, $0.value.shape.inFileOrder) },
        uniquingKeysWith: { first, _ in first })
    }
    // An encoder may read images of one kind alone.
    guard let all = keys[3] ?? keys[1] else {
      throw refusal ?? ZooError(.unsupported, "the encoder can't be built")
    }
    self.keys = all
    readers = all.filter { shapes.count > 1 && shapes[1]?[$0] != shapes[3]?[$0] }
    self.shapes = shapes
  }

  /// The same of a text encoder, whose parameters are of one shape each.
  ///
  /// - Throws: `ZooError` for options that the encoder does not understand.
  init(
    _ entry: any TextEncoderEntry, options: JSONObject, preparation: TextPreparation
  ) throws {
    let store = ParameterStore.blank()
    _ = try entry.make(options: options, preparation: preparation, scope: Scope(store))
    keys = store.parameters.map(\.key)
    readers = []
    shapes = [
      Self.text: Dictionary(
        store.parameters.map { ($0.key, $0.value.shape.inFileOrder) },
        uniquingKeysWith: { first, _ in first })
    ]
  }

  /// What stands for channels where there are no images.
  static let text = 0

  /// Whether the encoder has a parameter of that key.
  func has(_ key: String) -> Bool { shapes.values.contains { $0[key] != nil } }

  /// Whether a parameter has that shape for images of one channel or of three.
  func fits(_ key: String, _ shape: [Int]) -> Bool { shapes.values.contains { $0[key] == shape } }

  /// The shape of a parameter for images of so many channels.
  func shape(of key: String, channels: Int) -> [Int]? { shapes[channels]?[key] }

  /// The channels that tensors of these shapes read; nil where none of the parameters tells.
  func channels(_ shape: (String) -> [Int]?) -> Int? {
    for key in readers {
      guard let found = shape(key) else { continue }
      for channels in [1, 3] where shapes[channels]?[key] == found { return channels }
    }
    return nil
  }

  /// The channels that the encoder can be built for, those given first.
  func buildable(first: Int) -> Int { shapes[first] != nil ? first : shapes.keys.max() ?? first }
}

extension [Int] {
  /// Files keep a convolution's kernel as `[out, in, height, width]`; here it is `[out, …, in]`.
  var inFileOrder: [Int] {
    count > 2 ? [self[0], self[count - 1]] + self[1..<(count - 1)] : self
  }
}
