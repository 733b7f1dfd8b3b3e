import Basics
import Foundation

extension PhantomSample {
  /// What the sample lays beside its tables to say what it is.
  static let readMeName = "README.txt"
  /// How that begins.
  static let readMeBeginning = "SYNTHETIC chest-like images and reports: drawn by a program"

  /// Whether a folder holds the phantom sample, as its own `README.txt` says.
  package static func isIn(_ folder: String) -> Bool {
    let path = "\(folder.isEmpty ? "." : folder)/\(readMeName)"
    guard let descriptor = try? openPlainFile(path) else { return false }
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    let head = try? file.read(upToCount: readMeBeginning.utf8.count)
    return head == Data(readMeBeginning.utf8)
  }

  /// Whether a file of the phantom sample is meant: a table in its folder, or an image one folder below.
  package static func holds(_ path: String) -> Bool {
    let folder = parentFolder(of: path)
    // The folder above `images` alone is `.`, or what is above that of an absolute path.
    let above = folder.isEmpty ? ".." : parentFolder(of: folder)
    return isIn(folder) || isIn(above)
  }
}
