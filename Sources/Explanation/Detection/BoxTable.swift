import Basics
import Datasets
import Foundation

/// Lesions' boxes by image: `BBox_List_2017.csv` of ChestX-ray14, or a table
/// `image,kind,x,y,width,height` such as that of the phantom sample.
package struct BoxTable: Sendable {
  /// The file.
  package let path: String
  /// The boxes by the images' file names, without folders, in the order of the table.
  package let boxes: [String: [LesionBox]]
  /// The side of the images that coordinates are of; nil where they are of the files themselves.
  package let side: Int?
  /// What was found out or left out in reading, in sentences.
  package let notes: [String]

  /// Reads a table; which of the two it is its header tells.
  ///
  /// - Throws: `ZooError` with file and line: a damaged table, no box at all, or images in two folders
  ///   that are called alike.
  package init(path: String) throws {
    self.path = path
    var dialect = CSVTable.Dialect.found
    dialect.toleratesTrailingSeparators = true
    let table = try CSVTable(path: path, dialect: dialect)
    notes = table.notes
    let isPublished = table.columns.contains("Image Index")
    let all = try isPublished ? ChestXray14.boxes(path: path) : LesionBox.read(path: path)
    side = isPublished ? ChestXray14.imageSize : nil
    guard !all.isEmpty else {
      throw ZooError(.badValue, "holds no box", at: Place(path: path))
    }
    var boxes: [String: [LesionBox]] = [:]
    for box in all {
      let name = BoxTable.fileName(box.image)
      if let other = boxes[name]?.first, other.image != box.image {
        throw ZooError(
          .badValue, "\"\(other.image)\" and \"\(box.image)\" are called alike", at: box.source,
          advice: "images are found by their file names; give them names of their own")
      }
      boxes[name, default: []].append(box)
    }
    self.boxes = boxes
  }

  /// The name of an image's file without its folders.
  package static func fileName(_ path: String) -> String { (path as NSString).lastPathComponent }

  /// The lesions on an image of a size, in its pixels; `kind` leaves out all others.
  ///
  /// - Throws: `ZooError` with file and line for a box that reaches beyond the image.
  package func lesions(of image: String, width: Int, height: Int, kind: String? = nil) throws
    -> [LocalisationCase.Lesion]
  {
    let factor = side.map { (x: Double(width) / Double($0), y: Double(height) / Double($0)) }
    return try (boxes[BoxTable.fileName(image)] ?? []).compactMap { box in
      if let kind, box.kind != kind { return nil }
      let lesion = LocalisationCase.Lesion(box, factor: factor ?? (1, 1))
      // Published boxes are rounded to more digits than a pixel has; one pixel is no mistake.
      guard lesion.box.x + lesion.box.width <= Double(width) + 1,
        lesion.box.y + lesion.box.height <= Double(height) + 1
      else {
        throw ZooError(
          .badValue,
          "the box reaches beyond its image, which has \(side ?? width) × \(side ?? height) pixels",
          at: box.source)
      }
      return lesion
    }
  }

  /// The images of a folder that the table names, as cases; their ids are the file names.
  ///
  /// They are looked for in the folder, as the table names them and without folders, and in
  /// ChestX-ray14's `images/` and `images_001/images/` to `images_012/images/`.
  ///
  /// - Throws: `ZooError` where the folder is none or holds none of them.
  package func cases(in folder: String) throws -> [Case] {
    let files = try ChestXray14.imageFiles(below: folder)
    let cases = boxes.sorted { $0.key < $1.key }.compactMap { name, boxes -> Case? in
      let named = joinPath(folder, boxes[0].image)
      let path = FileManager.default.fileExists(atPath: named) ? named : files[name]
      return path.map { Case(id: name, imagePath: $0, source: boxes[0].source) }
    }
    guard !cases.isEmpty else {
      throw ZooError(
        .notFound, "holds none of the \(boxes.count) images of \(path)", at: Place(path: folder))
    }
    return cases
  }
}
