/// A note of a ``ProgressReporter``, in a form that can be kept and said again.
package struct ReportedNote: Sendable, Equatable {
  package let text: String
  /// What it is said once for, such as the vocabulary of one encoder, whatever the split; nil where only its own text
  /// is not said twice.
  package let subject: String?

  package init(text: String, subject: String? = nil) {
    self.text = text
    self.subject = subject
  }

  package var json: JSONValue {
    guard let subject else { return text.json }
    return ["text": text.json, "onceFor": subject.json]
  }

  /// Reads what ``json`` gave.
  ///
  /// - Throws: `ZooError` with the place for another form.
  package init(_ value: JSONValue) throws {
    if case .string(let text) = value.content {
      self.init(text: text)
      return
    }
    var members = try value.object()
    let (text, subject) = (try members.string("text"), try members.string("onceFor"))
    try members.finish()
    self.init(text: text, subject: subject)
  }
}
