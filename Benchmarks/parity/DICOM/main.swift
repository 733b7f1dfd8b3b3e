// Reads lines of frame, file and output, separated by tabs; writes a frame's values for `dicom_parity.py`.
import Basics
import DICOM
import Foundation

/// A line that is not kept back.
func say(_ line: String) { FileHandle.standardOutput.write(Data("\(line)\n".utf8)) }

while let line = readLine() {
  let parts = line.split(separator: "\t").map(String.init)
  guard parts.count == 3, let frame = Int(parts[0]) else { continue }
  do {
    let values = try DICOMValues.read(path: parts[1], frame: frame)
    var data = Data()
    for list in [values.modality, values.windowed] {
      list.withUnsafeBytes { data.append(contentsOf: $0) }
    }
    try data.write(to: URL(fileURLWithPath: parts[2]))
    say("read\t\(values.rows)\t\(values.columns)\t\(values.channels)")
  } catch {
    say("refused\t\(errorSentence(error).replacingOccurrences(of: "\n", with: " "))")
  }
}
