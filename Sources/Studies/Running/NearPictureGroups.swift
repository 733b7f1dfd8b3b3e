import Basics
import Datasets
import Images
import NearDuplicates
import Ranks
import Training

/// Finds out which cases show nearly the same picture, where a study's folds keep these together.
enum NearPictureGroups {
  /// The set whose cases know with which others their pictures are nearly the same; what was found is noted.
  ///
  /// Every picture is decoded once more for it, of several ranks a part by each.
  ///
  /// - Throws: `ZooError` of a picture that can't be read; `Interrupted`.
  static func added(
    to set: CaseSet, _ branches: [ImageBranch], sharedBy ranks: RankGroup? = nil,
    progress: ProgressReporter
  ) throws -> CaseSet {
    guard let branch = branches.first else {
      progress.note(
        "\"groupByImage\": \"near\" has no effect: no image encoder reads the pictures of this study"
      )
      return set
    }
    let paths = set.picturePaths
    func signatures(_ paths: [String?]) throws -> [PictureSignature?] {
      try progress.mapped(
        paths, stage: "looking for near-duplicates of \(paths.count) pictures"
      ) { path in try path.map { try signature($0, branch) } }
    }
    let signatures =
      try ranks.map { ranks in
        try ranks.rows(paths, groupsOf: 1) { try signatures($0).map { $0?.bytes ?? [] } }
          .map { $0.isEmpty ? nil : PictureSignature(bytes: $0) }
      } ?? signatures(paths)
    let near = try NearPictures(signatures)
    progress.note(sentence(near, set.pictureLayout))
    return keyed(set, near)
  }

  /// A picture as a data check looks at it.
  private static func signature(_ path: String, _ branch: ImageBranch) throws -> PictureSignature {
    let (image, facts) = try PixelImage.read(path: path, dicom: branch.preprocessing.dicom)
    let white = SampleBits.white(SampleBits.holding(facts.largest))
    return PictureSignature(image.scaled(white: white))
  }

  /// The set with the id of the first case of its group for each picture that is nearly another.
  static func keyed(_ set: CaseSet, _ near: NearPictures) -> CaseSet {
    var pictures = set.pictures.map { $0?.picture }
    let owners = set.pictureLayout.owners
    for group in near.groups {
      for index in group { pictures[index]?.near = set.cases[owners[group[0]]].id }
    }
    var result = set.with(pictures: pictures)
    result.notes = set.notes
    return result
  }

  private static func sentence(_ near: NearPictures, _ layout: PictureLayout) -> String {
    let owners = layout.owners
    let cases = Set(near.groups.joined().map { owners[$0] }).count
    let blank = near.featureless.count
    return "\(cases) cases show nearly the same picture as another (\(near.links.count) links,"
      + " \(near.groups.count) groups), kept together in folds"
      + (blank > 0 ? "; \(blank) pictures have too little on them to be told from others" : "")
      + (near.passedOver + near.unreadHashes > 0
        ? "; of pictures that look like very many others \(near.passedOver) possible pairs and"
          + " \(near.unreadHashes) hashes were passed over" : "")
  }
}
