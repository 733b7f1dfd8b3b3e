import Basics
import Foundation

/// The named tensors of a weight file, whichever format it has: safetensors, PyTorch's zip, or
/// PyTorch's legacy stream.
///
/// Names, order, shapes and layout are the file's own (a convolution's kernel stays
/// `[out, in, height, width]`); bringing them to those of the program is the caller's part. A
/// PyTorch file is a pickle, which is a program: it is interpreted operation by operation from an
/// allow-list (`PickleGlobal.role` states the rule) and nothing in it is ever executed. The file is
/// mapped, not copied; the values of a tensor are made when they are asked for.
///
/// ```swift
/// let file = try StateDictionary.read(path: "model.pth.tar")
/// file.wrapping                                   // ["state_dict"]
/// let kernel = try file.floats("module.conv1.weight")
/// ```
///
/// Formats: [safetensors](https://github.com/huggingface/safetensors),
/// [torch.save](https://pytorch.org/docs/stable/notes/serialization.html).
package struct StateDictionary: Sendable {
  /// A tensor, without its values.
  package struct Entry: Sendable, Equatable {
    /// The key, such as `features.conv0.weight`.
    package let name: String
    /// The extent of each axis, outermost first; empty for a scalar.
    package let shape: [Int]
    /// How an element is kept in the file.
    package let elementType: ElementType
    /// How many elements it has: the product of the shape, 1 for a scalar.
    package let count: Int
  }

  /// How the file is built.
  package enum Format: String, Sendable {
    /// A JSON header and the data.
    case safetensors
    /// What `torch.save` writes since PyTorch 1.6.
    case torchZip = "PyTorch zip"
    /// What `torch.save` wrote before, and still does if asked.
    case torchLegacy = "PyTorch legacy"
  }

  /// What the tensors were found in.
  package enum Content: Sendable, Equatable {
    /// A plain dictionary from names to tensors.
    case stateDictionary
    /// A dictionary that holds the one with the tensors beside other things; see `wrapping`.
    case checkpoint
    /// A pickled module of this class, such as `torchvision.models.resnet.ResNet`; the names are
    /// those its `state_dict()` would have.
    case module(className: String)
  }

  /// A value that is, or holds, objects of Python's classes: nothing looks into them.
  package struct UnreadObject: Sendable, Equatable {
    /// The key that it stands under.
    package let key: String
    /// The classes, eight at most.
    package let classNames: [String]
    /// How many tensors are inside.
    package let tensorCount: Int
  }

  /// Where the elements of a tensor stand: `offset` in bytes from the first of the file, `strides`
  /// in elements.
  struct View: Sendable {
    let offset: Int
    let strides: [Int]
  }

  /// The tensors, in the file's own order.
  package let entries: [Entry]
  /// How the file is built.
  package let format: Format
  /// What the tensors were found in.
  package let content: Content
  /// The keys that lead from the root to the tensors, outermost first; empty when the root is the
  /// state dictionary or the module itself.
  package let wrapping: [String]
  /// Other keys on the way that hold tensors too, such as `criterion`, and how many: they are not read.
  package let beside: [(key: String, tensors: Int)]
  /// What is left of the prefix that was asked for once it has named dictionaries: the beginning of the
  /// names that are meant; nil where none was asked for, and where nothing is left.
  package let prefix: String?
  /// What the root holds as objects of Python's classes, which are not read.
  package let unread: [UnreadObject]
  /// Texts about the file: those of safetensors, or a PyTorch archive's version and byte order.
  package let metadata: [String: String]
  /// What else the root holds that can be read: a checkpoint's scalars, a module's own attributes
  /// (labels, thresholds).
  ///
  /// Of a module wrapped in `DataParallel` these are the attributes of the inner one. Hooks and
  /// other objects are left out, and so are lists of more than 100,000 values in all.
  package let attributes: [String: Attribute]
  /// Where it came from, for messages.
  package let path: String?
  private let views: [View]
  private let contents: Data
  private let positions: [String: Int]

  init(
    _ tensors: [(entry: Entry, view: View)], format: Format, found: Found,
    metadata: [String: String],
    contents: Data, path: String?
  ) {
    entries = tensors.map(\.entry)
    views = tensors.map(\.view)
    self.format = format
    content = found.content
    wrapping = found.wrapping
    beside = found.beside
    prefix = found.prefix
    unread = found.unread
    attributes = found.attributes
    self.metadata = metadata
    self.contents = contents
    self.path = path
    positions = Dictionary(entries.enumerated().map { ($1.name, $0) }) { first, _ in first }
  }

  /// What the search for the tensors found besides them.
  struct Found {
    var content = Content.stateDictionary
    var wrapping: [String] = []
    var beside: [(key: String, tensors: Int)] = []
    var prefix: String?
    var unread: [UnreadObject] = []
    var attributes: [String: Attribute] = [:]
    /// What the attributes are made of.
    var values: [String: PickleValue] = [:]
  }

  /// The tensor of a name, or nil.
  package func entry(_ name: String) -> Entry? { positions[name].map { entries[$0] } }

  /// The values of a tensor as 32-bit floats, row-major in the order of its shape.
  ///
  /// F16 and BF16 convert without loss. F64 rounds to the nearest; beyond the range of Float it
  /// becomes infinite. Whole numbers round to the nearest (exact up to 2²⁴), booleans are 0 and 1.
  /// Transposed and expanded tensors are written out.
  ///
  /// - Throws: `ZooError` of code `.notFound` when there is no such tensor (with the nearest name).
  package func floats(_ name: String) throws -> [Float] {
    guard let position = positions[name] else {
      let near = nearestName(to: name, among: entries.map(\.name))
        .map { "; did you mean \"\($0)\"?" }
      throw ZooError(
        .notFound, "no tensor \"\(name)\" among \(entries.count)\(near ?? "")",
        at: Place(path: path))
    }
    let (entry, view) = (entries[position], views[position])
    guard entry.count > 0 else { return [] }
    return contents.withUnsafeBytes { file in
      FloatConversion.floats(
        UnsafeRawBufferPointer(rebasing: file[view.offset...]), as: entry.elementType,
        count: entry.count, shape: entry.shape, strides: view.strides)
    }
  }
}
