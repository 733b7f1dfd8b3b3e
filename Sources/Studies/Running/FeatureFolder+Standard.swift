import Downloads
import EncoderKit
import Tensors
import Training

extension FeatureFolder {
  /// `encoderzoo/features` in `XDG_CACHE_HOME`, else in `~/.cache`; nil where there is neither.
  static func standard(_ kernels: any Kernels) -> FeatureFolder? {
    DownloadCache.folder("features").map {
      FeatureFolder(path: $0, environment: RunFolder.machine(kernels).map { "\($0.0) \($0.1)" })
    }
  }
}
