import Basics

/// A picture of a store, and whose it is.
package struct PictureReference: Sendable, Equatable {
  /// The case.
  package let item: Int
  /// Which of the case's pictures it is.
  package let place: Int
  /// Its place in the store.
  package let index: Int

  /// The picture of a case, where each has one.
  package init(case item: Int) { self.init(case: item, place: 0, index: item) }

  package init(case item: Int, place: Int, index: Int) {
    self.item = item
    self.place = place
    self.index = index
  }

  /// Its own random numbers; those of a case's first picture are the case's.
  package func stream(_ random: RandomStream) -> RandomStream {
    let own = random.derived(item)
    return place == 0 ? own : own.derived("picture").derived(place)
  }
}
