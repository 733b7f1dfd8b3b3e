import Basics
import Foundation
import Studies

extension ZooCommand {
  static let launch = Command(
    name: "launch", summary: "Start several processes that train one model together, by MPI.",
    discussion:
      "Calls the mpirun of Open MPI, or of MPICH, with the settings that a training needs: no rank is bound to one "
      + "processor, a rank that waits leaves its processor to others, and a machine that vanishes ends all of "
      + "them. The ranks of one machine share its processors, unless --threads says how many each has. Under "
      + "Slurm's srun it is not needed. docs/cluster.md tells more.",
    examples: [
      (
        "zoo launch --ranks 2 -- pretrain Examples/pretrain.json --data DATA --output cxr",
        "two processes on this machine"
      ),
      (
        "zoo launch --ranks 4 --hosts a,b,c,d -- pretrain spec.json --output /shared/cxr",
        "a process on each of four machines"
      ),
    ],
    options: [
      .value("ranks", "N", isRequired: true, "How many processes."),
      .value("hosts", "NAMES", "The machines, with commas between; else this one."),
      .value("mpi", choices: ["openmpi", "mpich"], "Whose mpirun; else the first that is found."),
      .flag("print", "Print the command, and start nothing."),
    ],
    arguments: [
      Argument(
        "COMMAND", "Behind --: pretrain, train or features, with its arguments.", isRepeatable: true
      )
    ]
  ) { arguments in
    let words = arguments.arguments("COMMAND")
    guard let first = words.first, rankedCommands.contains(first) else {
      throw ZooError(
        .usage,
        "\(words.first ?? "nothing") is no work for several ranks; expected \(rankedCommands.joined(separator: ", "))",
        advice: "a comparison's cells are shared by zoo compare --jobs and zoo slurm submit")
    }
    let hosts = arguments.optionalString("hosts")?.split(separator: ",").map(String.init) ?? []
    guard let ranks = try arguments.integer("ranks", in: 1...4096) else { return }
    let line = try LaunchLine(
      ranks: ranks, hosts: hosts, mpi: arguments.optionalString("mpi"), command: words)
    if arguments.flag("print") {
      print(([line.program] + line.arguments).joined(separator: " "))
      return
    }
    try line.run()
  }
}

/// The command line of an mpirun.
struct LaunchLine {
  let program: String
  let arguments: [String]
  /// What makes the ranks stop where it is safe.
  private let stopping: Int32
  /// Whether it waits without end for hosts that have vanished, once the ranks have ended.
  private let waitsForLost: Bool

  /// The line for a command of this program.
  ///
  /// - Throws: `ZooError` where no mpirun is found.
  init(ranks: Int, hosts: [String], mpi: String?, command: [String]) throws {
    let (path, isOpenMPI) = try Self.found(mpi)
    program = path
    let own = [programPath()] + command
    let environment = ProcessInfo.processInfo.environment
    let perHost = hosts.isEmpty ? ranks : (ranks + hosts.count - 1) / hosts.count
    stopping = isOpenMPI ? SIGUSR1 : SIGINT
    waitsForLost = lastName(of: path) == "mpiexec.hydra" && hosts.count > 1
    guard isOpenMPI else {
      arguments =
        ["-n", "\(ranks)", "-bind-to", "none"]
        + (hosts.isEmpty ? [] : ["-hosts", hosts.joined(separator: ","), "-ppn", "\(perHost)"])
        + own
      return
    }
    func setting(_ name: String, _ value: String) -> [String] { ["--mca", name, value] }
    // Open MPI binds a rank to one processor where there are two of them or fewer.
    var line = ["-n", "\(ranks)", "--bind-to", "none", "--oversubscribe"]
    line += setting("mpi_yield_when_idle", "1")
    // Without these a host that vanishes is waited for without end.
    line += setting("oob_tcp_keepalive_time", "5") + setting("oob_tcp_keepalive_intvl", "2")
    line += setting("oob_tcp_keepalive_probes", "3")
    let fast = (try? FileManager.default.contentsOfDirectory(atPath: "/sys/class/infiniband")) ?? []
    if fast.isEmpty {
      line += setting("pml", "ob1") + setting("btl", "vader,tcp,self")
    }
    if !hosts.isEmpty {
      line += ["--host", hosts.map { "\($0):\(perHost)" }.joined(separator: ",")]
      for name in environment.keys.sorted()
      where name.hasPrefix("ENCODERZOO_") || name == "LD_LIBRARY_PATH" {
        line += ["-x", name]
      }
    }
    if geteuid() == 0 { line.append("--allow-run-as-root") }
    arguments = line + own
  }

  /// An mpirun, and whether it is Open MPI's.
  private static func found(_ mpi: String?) throws -> (path: String, isOpenMPI: Bool) {
    // Debian's names, under which both can be installed; then whatever is called so.
    let advice = "install openmpi-bin or mpich"
    if mpi != "mpich", let own = try? ForeignProgram("mpirun.openmpi", advice: advice) {
      return (own.path, true)
    }
    if mpi != "openmpi", let own = try? ForeignProgram("mpiexec.hydra", advice: advice) {
      return (own.path, false)
    }
    let other = try ForeignProgram("mpirun", advice: advice)
    let isOpenMPI = try other.run(["--version"]).contains("Open MPI")
    guard mpi == nil || (mpi == "openmpi") == isOpenMPI else {
      throw ZooError(
        .notFound, "the mpirun on this machine's PATH is not the one that is asked for",
        at: Place(path: other.path), advice: advice)
    }
    return (other.path, isOpenMPI)
  }

  /// Runs it to its end; Ctrl-C makes the ranks keep what they have reached, and end, and a second one ends them at once.
  ///
  /// - Throws: `Interrupted`, or `ZooError` where it can't be started or fails; the ranks have said why.
  func run() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    Interruption.unblock([stopping])
    do { try process.run() } catch {
      throw ZooError(
        .system, "can't be started: \(systemReason(of: error))", at: Place(path: program))
    }
    Interruption.ends(process.processIdentifier)
    // A terminal that is closed stops the ranks as Ctrl-C does; not under nohup.
    var hangup = sigaction()
    sigaction(SIGHUP, nil, &hangup)
    if hangup.__sigaction_handler.sa_handler == nil { Interruption.install([SIGHUP]) }
    var isStopped = false
    var lost = LostConnections(of: process.processIdentifier)
    while process.isRunning {
      if waitsForLost, lost.areOld() {
        Program.Output.process.error(
          "zoo: a host does not answer any more: \(lastName(of: program)), which waits for it, is ended\n"
        )
        lost.end()
      }
      if Interruption.isRequested, !isStopped {
        isStopped = true
        kill(process.processIdentifier, stopping)
      }
      usleep(Self.pause)
    }
    process.waitUntilExit()
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      if isStopped { throw Interrupted() }
      throw ZooError(
        .system, "the ranks ended with status \(process.terminationStatus)",
        at: Place(path: program),
        advice:
          "what went wrong stands above; a training goes on with --resume, on any number of ranks up to its shards"
      )
    }
  }

  /// Microseconds between two looks.
  private static let pause: UInt32 = 50_000
}

/// The connections of an mpirun to its hosts, which are its children.
private struct LostConnections {
  private let parent: Int32
  private var most = 0
  private var since: ContinuousClock.Instant?
  private var isEnded = false
  /// Ranks that end as they should end together; this long after the first of their connections nobody is waited for.
  private static let patience = Duration.seconds(6)

  init(of parent: Int32) { self.parent = parent }

  private var children: [Int32] {
    let list = try? String(
      contentsOfFile: "/proc/\(parent)/task/\(parent)/children", encoding: .utf8)
    return (list ?? "").split(separator: " ").compactMap { Int32($0) }.filter { child in
      // "12 (ssh) S …"; what has ended and was not asked for stands there still, as "Z".
      let state = (try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8)) ?? ""
      return state.contains("(ssh) ") && !state.contains("(ssh) Z")
    }
  }

  /// Whether some have ended, and others are there long after.
  mutating func areOld() -> Bool {
    let count = children.count
    most = max(most, count)
    guard !isEnded, count > 0, count < most else {
      since = nil
      return false
    }
    let first = since ?? .now
    since = first
    return .now - first > Self.patience
  }

  /// Ends what is left of them, and who waits for them.
  mutating func end() {
    isEnded = true
    let left = children
    kill(parent, SIGTERM)
    for child in left { kill(child, SIGTERM) }
    usleep(500_000)
    kill(parent, SIGKILL)
  }
}
