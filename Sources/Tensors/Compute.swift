import Basics
import CKernels
import COpenBLAS
import Foundation

/// The pool of threads that all kernels share, and what this machine offers.
///
/// oneDNN, OpenBLAS (in its OpenMP flavour) and our own loops run in one OpenMP team. OpenMP makes a
/// team for every calling thread, so kernels are called from one thread only.
public enum Compute {
  /// The number of threads kernels run on.
  public static var threads: Int { Int(ez_threads()) }

  /// The number of processors that are online.
  public static var processors: Int { Int(ez_processors()) }

  /// Sets the number of threads, at least one, for kernels called from this thread.
  package static func setThreads(_ count: Int) {
    ez_set_threads(Int32(max(1, count)))
    openblas_set_num_threads(Int32(max(1, count)))
  }

  /// Makes threads that have nothing to do sleep after microseconds; call it before anything is done.
  ///
  /// libgomp's threads wait for each other by spinning for about a millisecond. Where another program
  /// wants a processor, that keeps the thread that is waited for from running: beside builds
  /// at a load of 6 DenseNet-121 took up to 3.1 s for an image, 0.27 s so. libgomp reads its settings when it
  /// is loaded, so the process starts itself once more. What the user has set stays.
  package static func shortenWaits() {
    guard getenv("GOMP_SPINCOUNT") == nil, getenv("OMP_WAIT_POLICY") == nil else { return }
    setenv("GOMP_SPINCOUNT", "500", 1)
    // Returns only where it fails, and then all goes on as it was.
    execv("/proc/self/exe", CommandLine.unsafeArgv)
  }

  /// How waiting threads wait, as the environment says.
  package static var waits: String {
    let environment = ProcessInfo.processInfo.environment
    let set = ["GOMP_SPINCOUNT", "OMP_WAIT_POLICY"].compactMap { (name: String) -> String? in
      environment[name].map { "\(name)=\($0)" }
    }
    return set.isEmpty ? "as libgomp does" : set.joined(separator: " ")
  }

  /// The processor kernels OpenBLAS chose, such as `SkylakeX`.
  package static var blasCore: String { String(cString: openblas_get_corename()) }

  /// How OpenBLAS was built.
  package static var blasConfiguration: String { String(cString: openblas_get_config()) }
}

func allFinite(_ x: UnsafePointer<Float>, _ count: Int) -> Bool { ez_all_finite(x, count) != 0 }

/// A row-major matrix in memory, read as it lies or transposed.
struct Matrix {
  var floats: UnsafePointer<Float>
  var rowStride: Int
  var isTransposed = false

  init(_ floats: UnsafePointer<Float>, rowStride: Int) {
    self.floats = floats
    self.rowStride = rowStride
  }

  var transposed: Matrix {
    var other = self
    other.isTransposed.toggle()
    return other
  }
}

/// `c = a * b + beta * c`, all row-major: `[m, k] * [k, n]`.
func multiply(
  _ a: Matrix, _ b: Matrix, into c: UnsafeMutablePointer<Float>, rowStride: Int,
  m: Int, n: Int, k: Int, beta: Float = 0
) {
  guard m > 0, n > 0 else { return }
  cblas_sgemm(
    CblasRowMajor, a.isTransposed ? CblasTrans : CblasNoTrans,
    b.isTransposed ? CblasTrans : CblasNoTrans, Int32(m), Int32(n), Int32(k), 1,
    a.floats, Int32(a.rowStride), b.floats, Int32(b.rowStride), beta, c, Int32(rowStride))
}
