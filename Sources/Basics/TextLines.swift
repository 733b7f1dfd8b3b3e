import Foundation

/// The lines of a UTF-8 text file without their line ends (a newline, or a carriage return and one).
///
/// Empty lines stay, but for the one behind a newline at the end of the file.
///
/// - Throws: `ZooError` of code `.notFound`, or `.badFormat` with the line that is no UTF-8.
package func readLines(_ path: String) throws -> [String] {
  let data = try readFile(path)
  var lines: [String] = []
  for line in data.split(separator: 0x0a, omittingEmptySubsequences: false) {
    let bytes = line.last == 0x0d ? line.dropLast() : line
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ZooError(
        .badFormat, "the line is no UTF-8", at: Place(path: path, line: lines.count + 1),
        advice: "Convert the file, for example: iconv -f latin1 -t utf-8 IN > OUT")
    }
    lines.append(text)
  }
  if lines.last == "" { lines.removeLast() }
  return lines
}
