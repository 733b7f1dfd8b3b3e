import Glibc

@testable import Tensors

/// Numbers between two pages that can't be touched, the last beside the second: whoever leaves the array by a float
/// behind, or a page before, ends the process.
final class GuardedFloats {
  private let pages: UnsafeMutableRawPointer
  private let size: Int
  let first: UnsafeMutablePointer<Float>
  private let count: Int

  /// Random numbers of a name, or NaN.
  init(_ count: Int, _ name: String? = nil) {
    let page = sysconf(Int32(_SC_PAGESIZE))
    let inside = (count * MemoryLayout<Float>.stride + page - 1) / page * page
    size = inside + 2 * page
    guard
      let memory = mmap(
        nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      memory != MAP_FAILED, mprotect(memory, page, PROT_NONE) == 0,
      mprotect(memory + page + inside, page, PROT_NONE) == 0
    else { preconditionFailure("no memory between guarded pages") }
    (pages, self.count) = (memory, count)
    first = (memory + page + inside).assumingMemoryBound(to: Float.self) - count
    let values = name.map { randomValues(count, $0) } ?? [Float](repeating: .nan, count: count)
    first.update(from: values, count: count)
  }

  deinit { munmap(pages, size) }

  var isFinite: Bool { (0..<count).allSatisfy { first[$0].isFinite } }
}
