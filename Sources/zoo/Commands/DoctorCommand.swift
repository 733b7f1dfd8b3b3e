import Basics
import CImageCodecs
import DICOM
import Foundation
import Registry
import Studies
import Tensors

extension ZooCommand {
  static let doctor = Command(
    name: "doctor", summary: "Show libraries, versions, processor features and threads.",
    examples: [("zoo doctor", "for a bug report")]
  ) { arguments in
    let kernels = try kernels(arguments)
    let jpeg = zooJPEGVersion()
    let rows: [(String, String)] = [
      ("zoo", programVersion), ("kernels", "\(kernels.name) (\(kernels.library))"),
      ("OpenBLAS", "\(Compute.blasConfiguration)"), ("OpenBLAS core", Compute.blasCore),
      ("libpng", String(cString: zooPNGVersion())), ("libjpeg", "\(jpeg / 10).\(jpeg % 10)"),
      (
        "DICOM",
        DICOMWorkers.shared.program
          ?? "no \(DICOMWorkers.programName): built with \(DICOMWorkers.packages)"
      ),
      ("processors", "\(Compute.processors)"), ("threads", "\(Compute.threads)"),
      ("waiting", Compute.waits),
      ("large pages", Compute.pages),
      ("processor", processor("model name") ?? "unknown"),
      ("features", features), ("bf16", bf16), ("registry", (try? Catalogue.find()) ?? "not found"),
      ("kit", (try? KitFolder.find().modules) ?? "not found: plugins can't be built or opened"),
      ("plugins", PluginStore.standard().map { "\($0.names.count) in \($0.folder)" } ?? "none"),
    ]
    for (name, value) in rows { print("\(pad(name, 14))  \(value)") }
  }

  private static var features: String {
    let wanted = ["avx2", "fma", "f16c", "avx512f", "avx512bw", "avx512_bf16", "amx_bf16"]
    let found = Set((processor("flags") ?? "").split(separator: " ").map(String.init))
    return wanted.map { found.contains($0) ? $0 : "no \($0)" }.joined(separator: ", ")
  }

  private static var bf16: String {
    switch BFloat16Kernels.Arithmetic.best {
    case .plain: "none: --precision bf16 is refused"
    case .vectors: "by AVX-512's dot products"
    case .tiles: "by AMX's tiles"
    }
  }

  private static func processor(_ field: String) -> String? {
    guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else {
      return nil
    }
    let line = text.split(separator: "\n").first { $0.hasPrefix(field) }
    return line?.split(separator: ":", maxSplits: 1).last
      .map { $0.trimmingCharacters(in: .whitespaces) }
  }
}
