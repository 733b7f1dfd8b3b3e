import Basics
import Foundation

/// What started this process as one of several ranks, by the variables that launchers set.
package struct RankLauncher: Sendable, Equatable {
  /// Whose MPI the ranks speak.
  package enum Family: Sendable {
    case openMPI
    case mpich

    var title: String { self == .openMPI ? "Open MPI" : "MPICH" }
    var package: String { self == .openMPI ? "openmpi-bin" : "mpich" }
    var libraries: [String] {
      self == .openMPI
        ? ["libmpi.so.40", "libmpi.so"] : ["libmpich.so.12", "libmpi.so.12", "libmpi.so"]
    }
  }

  package let family: Family
  /// The ranks that the launcher says it started.
  package let count: Int
  /// This rank's number, as the launcher says it.
  package let rank: Int
  /// How many ranks run on this host.
  package let local: Int

  package init(family: Family, count: Int, rank: Int, local: Int) {
    (self.family, self.count, self.rank, self.local) = (family, count, rank, local)
  }

  /// How many threads a rank has that is told no number: the processors that it is bound to, or its share of all.
  package func threads(processors: Int) -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let bound = Self.count(
      ofList: status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") }?
        .dropFirst("Cpus_allowed_list:".count) ?? "")
    return bound > 0 && bound < processors ? bound : max(1, processors / local)
  }

  /// The numbers in a list such as "0-3,8"; 0 of what is none.
  static func count(ofList text: Substring) -> Int {
    text.trimmingCharacters(in: .whitespaces).split(separator: ",").reduce(0) { sum, range in
      let ends = range.split(separator: "-").compactMap { Int($0) }
      guard let first = ends.first, let last = ends.last, last >= first else { return sum }
      return sum + last - first + 1
    }
  }

  /// The launcher of this process; nil where it is no rank, or the only one.
  ///
  /// - Throws: `ZooError` where tasks were started together without any MPI.
  package static func found(
    in environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws -> RankLauncher? {
    func number(_ names: String...) -> Int? {
      names.lazy.compactMap { environment[$0].flatMap(Int.init) }.first
    }
    let tasks = number("SLURM_STEP_NUM_TASKS")
    // srun: "2(x3),1"; the first of them is as good as any where nodes differ.
    let perNode = environment["SLURM_STEP_TASKS_PER_NODE"].flatMap {
      Int($0.prefix { $0.isNumber })
    }
    let rank = number("OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID") ?? 0
    if let count = number("OMPI_COMM_WORLD_SIZE") {
      return several(.openMPI, count, rank, number("OMPI_COMM_WORLD_LOCAL_SIZE"))
    }
    if environment["PMIX_RANK"] != nil, let tasks {
      return several(.openMPI, tasks, rank, perNode)
    }
    if let count = number("PMI_SIZE") {
      return several(.mpich, count, rank, number("MPI_LOCALNRANKS") ?? perNode)
    }
    guard let tasks, tasks > 1 else { return nil }
    throw ZooError(
      .badValue, "srun started \(tasks) tasks without MPI: each would train by itself",
      advice: "give srun --mpi=pmix (Open MPI) or --mpi=pmi2 (MPICH), or one task")
  }

  private static func several(_ family: Family, _ count: Int, _ rank: Int, _ local: Int?)
    -> RankLauncher?
  {
    guard count > 1 else { return nil }
    return RankLauncher(family: family, count: count, rank: rank, local: max(1, local ?? 1))
  }
}
