import Basics
import Foundation
import Synchronization

/// Sees that ranks on other hosts are still there: an MPI may wait without end for one that has vanished.
///
/// Each rank of another host than the first's keeps a connection to the first. The system asks on it whether the other
/// side is there, also while a rank computes; after 17 seconds without an answer the connection is lost, on both sides.
package final class RankWatch: Sendable {
  /// Why a rank is given up.
  package struct Loss: Sendable, Equatable {
    package let rank: Int
    package let host: String
    /// Whether its connection was closed, as when its process ends; else nothing came back.
    package let isClosed: Bool

    /// What a person is told.
    package var sentence: String {
      "rank \(rank) on \(host) "
        + (isClosed
          ? "has ended without a word"
          : "has not answered for \(RankWatch.patience) s: its host or the network is gone")
    }
  }

  /// Seconds after which a host that does not answer is given up.
  static let patience = idle + interval * probes
  private static let (idle, interval, probes): (Int32, Int32, Int32) = (5, 3, 4)
  private static let goodbye = UInt8(ascii: "b")

  private let isOver = Mutex(false)
  private let peers: Mutex<[Int32: (rank: Int, host: String)]>
  /// How long a rank that has ended is waited for the launcher to end this one, too, in seconds.
  private let grace: Double
  private let lost: @Sendable (Loss) -> Void
  /// The hosts that can't be watched.
  package let unwatched: [String]

  private init(
    _ peers: [Int32: (rank: Int, host: String)], unwatched: [String], grace: Double,
    lost: @escaping @Sendable (Loss) -> Void
  ) {
    (self.unwatched, self.grace, self.lost) = (unwatched, grace, lost)
    self.peers = Mutex(peers)
  }

  /// Begins to watch; every rank calls it.
  ///
  /// - Parameters:
  ///   - ranks: all of them.
  ///   - host: this rank's.
  ///   - boot: what tells machines of one name apart.
  ///   - grace: how many seconds a launcher has to end this rank once another has ended.
  ///   - lost: is called on a thread of its own, once, with the first rank that is gone.
  /// - Returns: the watch, to be ended before the rank does.
  package static func start(
    _ ranks: RankGroup, host: String = ProcessInfo.processInfo.hostName,
    boot: String = (try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8))
      ?? "", grace: Double = 10, lost: @escaping @Sendable (Loss) -> Void
  ) -> RankWatch {
    let (hosts, boots) = (ranks.gather(host), ranks.gather(boot))
    let isWatched = hosts.indices.map { hosts[$0] != hosts[0] || boots[$0] != boots[0] }
    let listener = ranks.isFirst ? RankListener() : nil
    let told = ranks.fromFirst(Array((listener?.invitation ?? "").utf8))
    var own: Int32?
    if isWatched[ranks.rank] {
      own = RankListener.connected(by: String(decoding: told, as: UTF8.self), rank: ranks.rank)
    }
    let count = ranks.gather([own == nil ? 0 : 1]).count { $0 == [1] }
    let accepted = listener?.accepted(count) ?? [:]
    listener?.close()
    // The first's word holds: it may not have got to a connection that the system took for it.
    let taken = ranks.fromFirst(
      hosts.indices.map { rank -> UInt8 in accepted.values.contains(rank) ? 1 : 0 })
    let connected = taken.map { $0 == 1 }
    var peers: [Int32: (rank: Int, host: String)] = [:]
    if let own, connected[ranks.rank] {
      peers[own] = (0, hosts[0])
    } else if let own {
      close(own)
    }
    for (descriptor, rank) in accepted where hosts.indices.contains(rank) {
      peers[descriptor] = (rank, hosts[rank])
    }
    let unwatched = Set(
      hosts.indices.filter { isWatched[$0] && !connected[$0] }.map { hosts[$0] })
    let watch = RankWatch(peers, unwatched: unwatched.sorted(), grace: grace, lost: lost)
    for descriptor in peers.keys { watch.keepAlive(descriptor) }
    if !peers.isEmpty {
      let thread = Thread { watch.run() }
      thread.name = "watching ranks"
      thread.start()
    }
    return watch
  }

  /// Ends the watch: this rank is about to end as it should.
  package func end() {
    isOver.withLock { $0 = true }
    peers.withLock { peers in
      for descriptor in peers.keys { send(descriptor, [Self.goodbye], 1, Int32(MSG_NOSIGNAL)) }
    }
  }

  /// Closes the connections, as the end of this process does.
  func closeAll() {
    for descriptor in peers.withLock({ $0.keys }) { shutdown(descriptor, Int32(SHUT_RDWR)) }
  }

  /// How many ranks are watched.
  var peerCount: Int { peers.withLock { $0.count } }

  private func keepAlive(_ descriptor: Int32) {
    func set(_ level: Int32, _ name: Int32, _ value: Int32) {
      var value = value
      setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
    }
    set(SOL_SOCKET, SO_KEEPALIVE, 1)
    set(Int32(IPPROTO_TCP), TCP_KEEPIDLE, Self.idle)
    set(Int32(IPPROTO_TCP), TCP_KEEPINTVL, Self.interval)
    set(Int32(IPPROTO_TCP), TCP_KEEPCNT, Self.probes)
  }

  /// Waits for what comes from any of the ranks, until one is lost or all have said goodbye.
  private func run() {
    while true {
      let open = peers.withLock { Array($0.keys) }
      guard !open.isEmpty, !isOver.withLock({ $0 }) else { return }
      var asked = open.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      guard poll(&asked, nfds_t(asked.count), 1000) > 0 else { continue }
      for item in asked where item.revents != 0 {
        var byte: UInt8 = 0
        let got = recv(item.fd, &byte, 1, 0)
        let reason = got < 0 ? errno : 0
        if [EINTR, EAGAIN].contains(reason) { continue }
        let peer = peers.withLock { $0.removeValue(forKey: item.fd) }
        // A word tells one that ends as it should from one that is lost.
        guard got != 1 || byte != Self.goodbye, let peer else { continue }
        let isClosed = [0, ECONNRESET, EPIPE].contains(reason)
        if isClosed { usleep(UInt32(grace * 1e6)) }
        guard !isOver.withLock({ $0 }) else { return }
        return lost(Loss(rank: peer.rank, host: peer.host, isClosed: isClosed))
      }
    }
  }
}
