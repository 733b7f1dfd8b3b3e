extension StateDictionary {
  /// A value that a checkpoint or a module carries beside its tensors.
  package indirect enum Attribute: Sendable, Equatable {
    /// Python's None.
    case none
    /// A boolean.
    case boolean(Bool)
    /// A whole number of at most 64 bits.
    case integer(Int)
    /// A floating-point number.
    case number(Double)
    /// A text.
    case text(String)
    /// A list, tuple or set, or a tensor or numpy array of at most one axis.
    case list([Attribute])
    /// A dictionary with texts as keys, in the file's order.
    case dictionary([Member])

    /// A key of a dictionary and its value.
    package struct Member: Sendable, Equatable {
      /// The key.
      package let key: String
      /// What stands under it.
      package let value: Attribute
    }

    /// The text, or nil when it is something else.
    package var text: String? {
      if case .text(let text) = self { text } else { nil }
    }

    /// The number, whole or not, or nil when it is something else.
    package var number: Double? {
      switch self {
      case .integer(let value): Double(value)
      case .number(let value): value
      default: nil
      }
    }

    /// The elements of a list, or nil when it is something else.
    package var list: [Attribute]? {
      if case .list(let items) = self { items } else { nil }
    }

    /// The elements of a list of texts, or nil when it is something else.
    package var texts: [String]? {
      guard let list else { return nil }
      let texts = list.compactMap(\.text)
      return texts.count == list.count ? texts : nil
    }

    /// The elements of a list of numbers, or nil when it is something else.
    package var numbers: [Double]? {
      guard let list else { return nil }
      let numbers = list.compactMap(\.number)
      return numbers.count == list.count ? numbers : nil
    }
  }
}
