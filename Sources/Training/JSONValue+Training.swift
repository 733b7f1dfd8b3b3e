import Basics

extension JSONValue {
  /// A branch without what tells how it is trained: what frozen stages and word vectors depend on.
  var withoutTraining: JSONValue {
    guard case .object(let members) = content else { return self }
    return JSONValue(
      .object(members.filter { !["training", "decoder"].contains($0.key) }), at: place)
  }
}
