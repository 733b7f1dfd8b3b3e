import CKernels

/// What a thread is running, in words, for the message of a mistake in it: a stage of an encoder, a
/// fusion head.
package enum Running {
  /// What is being run, such as `stage layer2 of the encoder resnet18`; empty outside of all that has a
  /// name.
  package static var current: String { String(cString: ez_running()) }

  /// Runs `body` under a name; what ran before has its name back afterwards.
  package static func named<Result>(_ name: String, _ body: () throws -> Result) rethrows -> Result
  {
    let before = current
    ez_set_running(name)
    defer { ez_set_running(before) }
    return try body()
  }

  /// From now on a trap that is none of ours, such as an index out of range, says on standard error in what
  /// it happened.
  package static func nameTraps() { ez_say_where_it_traps() }
}
