import Testing

@testable import Tensors

@Suite("Memory that is kept for tensors to come")
struct MemoryPoolTests {
  @Test("A size that is asked for again gets the block that was given back")
  func again() {
    let pool = MemoryPool(slack: 0)
    let first = pool.take(5000)
    pool.give(first, 5000)
    #expect(pool.kept == MemoryPool.rounded(5000) && pool.usage.now == 0)
    #expect(pool.take(5000) == first)
    #expect(pool.kept == 0)
    pool.give(first, 5000)
  }

  @Test("Batches of ever other lengths keep no more than half as much again as was in use")
  func lengths() {
    let pool = MemoryPool(slack: 0)
    for length in 100..<400 {
      // Ten tensors at once, each step of another length.
      let blocks = (0..<10).map { _ in pool.take(length * 4096) }
      for block in blocks { pool.give(block, length * 4096) }
      #expect(pool.usage.now == 0)
      #expect(pool.kept <= pool.usage.peak * 3 / 2, "length \(length): \(pool.kept) bytes")
    }
    // What was asked for last is kept whole.
    #expect(pool.kept >= 10 * 399 * 4096)
  }

  @Test("What a step asks for again and again stays, though its sizes are not in use at once")
  func steps() {
    let pool = MemoryPool(slack: 0)
    var addresses: [Set<UnsafeMutableRawPointer>] = []
    for _ in 0..<3 {
      var step: Set<UnsafeMutableRawPointer> = []
      let large = pool.take(1 << 20)
      let middle = (0..<4).map { _ in pool.take(1 << 17) }
      for block in middle { pool.give(block, 1 << 17) }
      pool.give(large, 1 << 20)
      step.insert(large)
      step.formUnion(middle)
      addresses.append(step)
    }
    #expect(addresses[0] == addresses[1] && addresses[1] == addresses[2])
  }

  @Test("A large size takes over a block of up to half as much again, and gives all of it back")
  func larger() {
    let (pool, large) = (MemoryPool(slack: 1 << 20), 3 << 20)
    let block = pool.take(large)
    pool.give(block, large)
    let (near, far) = (2 << 20, (2 << 20) - (1 << 18))
    #expect(pool.take(near) == block)
    #expect(pool.usage.now == near && pool.kept == 0)
    pool.give(block, near)
    #expect(pool.usage.now == 0 && pool.kept == large)
    // Too small for it.
    let other = pool.take(far)
    #expect(other != block && pool.kept == large)
    pool.give(other, far)
    #expect(pool.take(large) == block)
    pool.give(block, large)
  }
}
