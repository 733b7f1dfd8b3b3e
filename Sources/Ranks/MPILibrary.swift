import Basics
import Foundation

/// MPI, from the library of the launcher that started this process: Open MPI, or MPICH and those with its binary
/// interface (Intel MPI, MVAPICH).
///
/// Opened at run time, so that nothing of it is needed to build or to start. The two families differ in what their
/// handles are: addresses of objects in Open MPI, numbers in MPICH (https://www.mpich.org/abi/). Either fits a
/// machine word, and every handle is passed as one. Nothing but bytes is sent, so two handles are enough.
final class MPILibrary: RankTransport, @unchecked Sendable {
  let rank: Int
  let count: Int

  private typealias AllToAll =
    @convention(c) (
      UnsafeRawPointer, UnsafePointer<Int32>, UnsafePointer<Int32>, UInt, UnsafeMutableRawPointer,
      UnsafePointer<Int32>, UnsafePointer<Int32>, UInt, UInt, UnsafeMutablePointer<UInt>
    ) -> Int32
  private typealias AllGather =
    @convention(c) (
      UnsafeRawPointer, Int32, UInt, UnsafeMutableRawPointer, UnsafePointer<Int32>,
      UnsafePointer<Int32>, UInt, UInt, UnsafeMutablePointer<UInt>
    ) -> Int32
  private typealias Test =
    @convention(c) (UnsafeMutablePointer<UInt>, UnsafeMutablePointer<Int32>, UInt) -> Int32
  private typealias Ask = @convention(c) (UInt, UnsafeMutablePointer<Int32>) -> Int32

  private let sendAll: AllToAll
  private let gatherAll: AllGather
  private let test: Test
  private let end: @convention(c) (UInt, Int32) -> Int32
  private let close: @convention(c) () -> Int32
  /// The handles of all ranks together and of a byte, and what asks for no status.
  private let (world, byte, noStatus): (UInt, UInt, UInt)

  /// MPICH's numbers for MPI_COMM_WORLD, MPI_BYTE and MPI_STATUS_IGNORE, the same since its version 3.1.
  private static let mpichHandles: (UInt, UInt, UInt) = (0x4400_0000, 0x4c00_010d, 1)
  /// MPI_THREAD_SERIALIZED of both families: any thread may call, one at a time.
  private static let serialized: Int32 = 2

  /// Joins the ranks that a launcher started.
  ///
  /// - Throws: `ZooError` where no library of its kind is there, or it is none.
  init(_ family: RankLauncher.Family) throws {
    let names =
      ProcessInfo.processInfo.environment["ENCODERZOO_MPI"].map { [$0] } ?? family.libraries
    // Open MPI's components look for its symbols among the global ones.
    guard let library = names.lazy.compactMap({ dlopen($0, RTLD_NOW | RTLD_GLOBAL) }).first else {
      throw ZooError(
        .notFound,
        "the launcher is \(family.title)'s, but its library (\(names.joined(separator: ", "))) is not on this machine",
        advice: "install \(family.package), or name the library in ENCODERZOO_MPI")
    }
    func symbol<Function>(_ name: String, _: Function.Type) throws -> Function {
      guard let address = dlsym(library, name) else {
        throw ZooError(.badFormat, "the MPI library has no \(name)", at: Place(path: names.first))
      }
      return unsafeBitCast(address, to: Function.self)
    }
    let begin = try symbol(
      "MPI_Init_thread",
      (@convention(c) (
        UnsafeMutablePointer<Int32>?, UnsafeMutableRawPointer?, Int32, UnsafeMutablePointer<Int32>
      ) -> Int32).self)
    sendAll = try symbol("MPI_Ialltoallv", AllToAll.self)
    gatherAll = try symbol("MPI_Iallgatherv", AllGather.self)
    test = try symbol("MPI_Test", Test.self)
    end = try symbol("MPI_Abort", (@convention(c) (UInt, Int32) -> Int32).self)
    close = try symbol("MPI_Finalize", (@convention(c) () -> Int32).self)
    if let own = dlsym(library, "ompi_mpi_comm_world"), let bytes = dlsym(library, "ompi_mpi_byte")
    {
      (world, byte, noStatus) = (UInt(bitPattern: own), UInt(bitPattern: bytes), 0)
    } else {
      (world, byte, noStatus) = Self.mpichHandles
    }
    var provided: Int32 = 0
    // Errors of MPI end all ranks by themselves, with a message of the library's.
    _ = begin(nil, nil, Self.serialized, &provided)
    var (number, size): (Int32, Int32) = (0, 0)
    _ = try symbol("MPI_Comm_rank", Ask.self)(world, &number)
    _ = try symbol("MPI_Comm_size", Ask.self)(world, &size)
    (rank, count) = (Int(number), Int(size))
    guard provided >= Self.serialized else {
      throw ZooError(
        .unsupported, "this MPI library can't be called from more than one thread",
        advice: "use one that was built with threads, as Debian's are")
    }
  }

  func allToAll(
    _ source: UnsafeRawBufferPointer, _ sent: [Int], _ target: UnsafeMutableRawBufferPointer,
    _ received: [Int]
  ) {
    let (out, into) = (Self.places(sent), Self.places(received))
    withWords(out.sizes, out.starts, into.sizes, into.starts) { sizes, starts, sizes2, starts2 in
      withAddresses(source, target) { source, target in
        wait { request in
          sendAll(source, sizes, starts, byte, target, sizes2, starts2, byte, world, request)
        }
      }
    }
  }

  func allGather(
    _ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer, _ received: [Int]
  ) {
    let into = Self.places(received)
    withWords(into.sizes, into.starts, [], []) { sizes, starts, _, _ in
      withAddresses(source, target) { address, target in
        wait { request in
          gatherAll(
            address, Int32(source.count), byte, target, sizes, starts, byte, world, request)
        }
      }
    }
  }

  /// The addresses of what is sent and received: some, where there is nothing, since MPICH asks for one.
  private func withAddresses(
    _ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer,
    _ body: (UnsafeRawPointer, UnsafeMutableRawPointer) -> Void
  ) {
    var empty: UInt64 = 0
    withUnsafeMutableBytes(of: &empty) { empty in
      guard let own = empty.baseAddress else { return }
      body(source.baseAddress ?? UnsafeRawPointer(own), target.baseAddress ?? own)
    }
  }

  /// Starts a message and waits for it.
  ///
  /// A call that blocks would spin, MPICH's without a pause, on a processor that this rank's computing, or another rank,
  /// needs.
  private func wait(_ start: (UnsafeMutablePointer<UInt>) -> Int32) {
    // Room for either family's request: an address, or a number of half the size.
    var request: UInt = 0
    _ = start(&request)
    var (isDone, looks): (Int32, Int) = (0, 0)
    while true {
      _ = test(&request, &isDone, noStatus)
      if isDone != 0 { return }
      looks += 1
      if looks < Self.eagerLooks { sched_yield() } else { usleep(Self.pause) }
    }
  }

  /// How often a message is looked for before the thread sleeps in between, and for how many microseconds then.
  private static let (eagerLooks, pause): (Int, UInt32) = (200, 50)

  private func withWords(
    _ a: [Int32], _ b: [Int32], _ c: [Int32], _ d: [Int32],
    _ body: (
      UnsafePointer<Int32>, UnsafePointer<Int32>, UnsafePointer<Int32>, UnsafePointer<Int32>
    ) -> Void
  ) {
    body(a, b, c, d)
  }

  func abort(status: Int32) -> Never {
    _ = end(world, status)
    exit(status)
  }

  func finish() { _ = close() }

  /// Sizes in bytes, and where each piece begins, as MPI counts.
  private static func places(_ sizes: [Int]) -> (sizes: [Int32], starts: [Int32]) {
    var (starts, next) = ([Int32](), 0)
    for size in sizes {
      precondition(next + size <= Int(Int32.max), "one message of \(next + size) bytes")
      starts.append(Int32(next))
      next += size
    }
    return (sizes.map(Int32.init), starts)
  }
}
