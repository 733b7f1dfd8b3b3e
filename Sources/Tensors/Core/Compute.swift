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

  /// Makes loops that this thread starts run on it alone: OpenMP counts threads by who starts them.
  package static func useOneThreadHere() { ez_set_threads(1) }

  /// Sets the number of threads, at least one, for kernels called from this thread.
  package static func setThreads(_ count: Int) {
    ez_set_threads(Int32(max(1, count)))
    // OpenBLAS divides sums by its threads.
    openblas_set_num_threads(isReproducible ? 1 : Int32(max(1, count)))
  }

  /// Whether numbers have the same bits on every processor with AVX2 and with any number of threads.
  ///
  /// Native kernels then use vectors of eight floats and choose their ways as for four threads; OpenBLAS uses
  /// one thread and the kernels of its core Haswell. What makes it so is in the environment when the process begins.
  public static var isReproducible: Bool { ez_is_reproducible() != 0 }

  /// The number of threads for which a way is chosen, where the choice must not depend on them.
  static let reproducibleThreads = 4
  private static let reproducibleCore = "Haswell"

  /// Whether OpenBLAS took the kernels that reproducible numbers need.
  package static var hasReproducibleCore: Bool { blasCore == reproducibleCore }

  /// Sets what libraries read from the environment when they are loaded; call it before anything is done.
  ///
  /// The process then starts itself once more. What the user has set stays.
  ///
  /// libgomp's threads wait for each other by spinning for about a millisecond. Where another program
  /// wants a processor, that keeps the thread that is waited for from running: beside builds
  /// at a load of 6 DenseNet-121 took up to 3.1 s for an image, 0.27 s with threads that sleep after
  /// microseconds. And OpenBLAS takes a processor that is younger than itself for one of 2004, without AVX:
  /// an epoch of a text model took 1.0 s for 0.3 s. Third, glibc's malloc asks for large pages only if it is
  /// told to, where the system gives them to who asks: a training step reads and writes hundreds of megabytes,
  /// and finding them in pages of 4 KiB took up to a sixth of its time.
  ///
  /// - Parameter reproducibly: whether ``isReproducible`` is asked for.
  package static func settleLibraries(reproducibly: Bool = false) {
    var settings: [(name: String, value: String)] = []
    if reproducibly, !isReproducible { settings.append(("ENCODERZOO_REPRODUCIBLE", "1")) }
    if reproducibly || isReproducible {
      let core = getenv("OPENBLAS_CORETYPE").map { String(cString: $0) }
      if core != reproducibleCore { settings.append(("OPENBLAS_CORETYPE", reproducibleCore)) }
    }
    if getenv("GOMP_SPINCOUNT") == nil, getenv("OMP_WAIT_POLICY") == nil {
      settings.append(("GOMP_SPINCOUNT", "500"))
    }
    if !reproducibly, getenv("OPENBLAS_CORETYPE") == nil, let core = betterBlasCore {
      settings.append(("OPENBLAS_CORETYPE", core))
    }
    let tunables = getenv("GLIBC_TUNABLES").map { String(cString: $0) } ?? ""
    if !tunables.contains(largePages) {
      settings.append(
        ("GLIBC_TUNABLES", (tunables.isEmpty ? "" : tunables + ":") + "\(largePages)=1"))
    }
    if getenv("SWIFT_BACKTRACE") == nil {
      // What a plugin's mistake is, and where, stands above the registers otherwise, out of sight.
      settings.append(("SWIFT_BACKTRACE", "registers=none,images=none,threads=crashed"))
    }
    guard !settings.isEmpty else { return }
    for setting in settings { setenv(setting.name, setting.value, 1) }
    // Returns only where it fails, and then all goes on as it was.
    execv("/proc/self/exe", CommandLine.unsafeArgv)
  }

  private static let largePages = "glibc.malloc.hugetlb"

  /// What malloc does for large pages, and when the system gives them (`always`, `madvise`, `never`).
  package static var pages: String {
    let tunables = getenv("GLIBC_TUNABLES").map { String(cString: $0) } ?? ""
    let asked = tunables.split(separator: ":").last { $0.hasPrefix("\(largePages)=") }
    let path = "/sys/kernel/mm/transparent_hugepage/enabled"
    let choices = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    let given = choices.split { "[]".contains($0) }.dropFirst().first.map { "\($0)" }
    return "\(asked.map { "\($0)" } ?? "not asked for"); the system: \(given ?? "has none")"
  }

  /// The kernels that suit the processor where OpenBLAS has fallen back to those that run anywhere.
  private static var betterBlasCore: String? {
    guard blasCore == "Prescott" else { return nil }
    if ez_is_skylake_server() != 0 { return "SkylakeX" }
    return ez_lanes() > 0 ? "Haswell" : nil
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
