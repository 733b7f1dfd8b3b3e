import Basics
import Downloads
import Foundation

/// Where word vectors come from: a vector set of the registry, or a file.
package struct VectorSource: Sendable {
  /// As a specification or a command names it.
  package let name: String
  private let set: VectorSet?
  private let cache: DownloadCache?
  private let place: Place

  /// Finds vectors; nothing is read or unpacked yet.
  ///
  /// - Parameters:
  ///   - name: The name of a vector set, else a path.
  ///   - catalogue: Where the sets stand.
  ///   - place: Where the name stood, for messages.
  ///   - cache: Where fetched sets are; nil is the user's cache.
  /// - Throws: `ZooError` of code `.notFound` when the set was not fetched, or when the name is
  ///   neither a set nor a file that is there.
  package init(
    _ name: String, _ catalogue: Catalogue, at place: Place = Place(), cache: DownloadCache? = nil
  ) throws {
    self.name = name
    self.place = place
    guard let set = catalogue.vectorSets.first(where: { $0.name == name }) else {
      guard FileManager.default.fileExists(atPath: name) else {
        throw ZooError(
          .notFound,
          "no file and no vector set is called \"\(name)\"; "
            + suggestion(for: name, among: catalogue.vectorSets.map(\.name)) { _ in true },
          at: place)
      }
      (self.set, self.cache) = (nil, nil)
      return
    }
    let cache = try cache ?? DownloadCache.standard()
    (self.set, self.cache) = (set, cache)
    guard cache.path(for: set.file) != nil || cache.path(for: set.file.archive) != nil else {
      throw notFetched
    }
  }

  /// The path of the file of vectors.
  ///
  /// The file of a set is unpacked from the zip that was fetched when it is asked for first.
  ///
  /// - Throws: `ZooError` when what was fetched is not whole or can't be unpacked; `Interrupted`.
  package func path(progress: ProgressReporter) throws -> String {
    guard let set, let cache else { return name }
    guard let path = try cache.unpack(set.file, progress: progress) else { throw notFetched }
    return path
  }

  private var notFetched: ZooError {
    ZooError(
      .notFound, "the vector set \"\(name)\" is not on this machine", at: place,
      advice: "get it by: zoo weights fetch \(name)")
  }
}
