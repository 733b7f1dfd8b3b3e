import Basics
import Foundation
import Images
import Studies

/// Synthetic chest-like images with reports, to try things on: drawn, not taken of anybody.
///
/// Half of the cases are abnormal, at site B three of ten; neither the images nor the reports alone suffice. It says
/// nothing about patients. The same seed gives the same bytes.
public struct PhantomSample: Sendable, Equatable {
  /// The hospital that a sample claims to be of.
  public enum Site: String, Sendable, CaseIterable {
    /// The first.
    case a = "A"
    /// A second one: other patients, a lower prevalence, duller films, a larger lead letter.
    case b = "B"
  }

  /// The number of cases, from 2.
  public let count: Int
  /// Height and width of the images in pixels, 64…2048.
  public let size: Int
  /// What everything is drawn from.
  public let seed: UInt64
  /// The hospital that it claims to be of.
  public let site: Site
  /// How many pictures a case has: 1, or 2 with a lateral one beside the frontal one.
  package let views: Int

  /// A sample.
  ///
  /// - Throws: `ZooError` of code `.badValue` for a count or size out of range.
  public init(count: Int = 400, size: Int = 256, seed: UInt64 = 1, site: Site = .a) throws {
    guard count >= 2, (64...2048).contains(size) else {
      throw ZooError(
        .badValue,
        "\(count) cases of \(size) pixels; expected 2 or more cases of 64 to 2048 pixels")
    }
    self.count = count
    self.size = size
    self.seed = seed
    self.site = site
    views = 1
  }

  /// The same with a lateral picture beside the frontal one, where `views` is 2.
  ///
  /// - Throws: as without.
  package init(count: Int, size: Int, seed: UInt64, site: Site, views: Int) throws {
    _ = try PhantomSample(count: count, size: size, seed: seed, site: site)
    self.count = count
    self.size = size
    self.seed = seed
    self.site = site
    self.views = views
  }

  /// Writes `cases.csv`, `boxes.csv`, the images and a note on what they are.
  ///
  /// - Parameter folder: a folder that is not there yet or is empty, or holds what is left of such
  ///   a sample.
  /// - Throws: `ZooError` of code `.conflict` for a folder with other content, `.system` that names
  ///   the path.
  public func write(to folder: String) throws {
    try OutputPlace.checkWritable(folder)
    if FileManager.default.fileExists(atPath: "\(folder)/cases.csv") {
      throw ZooError(
        .conflict, "a sample is already there", at: Place(path: folder),
        advice: "choose another folder")
    }
    // Its images have plain names, so nothing of others may be there.
    if !Images.PhantomSample.isIn(folder) { try OutputPlace.check(folder, allowing: []) }
    try Images.PhantomSample(
      count: count, seed: seed, size: size, site: site == .a ? .a : .b, views: views
    ).write(to: folder)
  }
}
