import Basics
import Foundation

/// The jobs by which Slurm makes a planned comparison: an array of workers, each of which makes cells until others have
/// all that are left, and a job that makes the tables once all have ended.
///
/// A worker is told two minutes before its time is over. It stops where that is safe, gives its cell back and queues
/// again; one in whose time nothing was finished or kept ends instead, since it would come for ever. Cells of a worker that
/// failed are made by the others, so that the tables wait for the end of all, not for a good one.
package struct SlurmJobs: Sendable {
  /// What a person asks of the cluster; nil leaves it to the cluster's own defaults.
  package struct Options: Sendable {
    /// Workers at most.
    package var tasks = 8
    /// Of a worker, as `sbatch --time` reads it.
    package var time: String?
    package var partition: String?
    package var account: String?
    /// Of a worker, as `sbatch --mem` reads it.
    package var memory: String?
    /// Whatever else `sbatch` takes, such as `--constraint=avx512`.
    package var others: [String] = []

    package init() {}
  }

  /// What was submitted last: `slurm/jobs.json` in the run's folder.
  package struct Submitted: Sendable, Equatable {
    package let cells: String
    package let merge: String

    /// Reads what a run's folder says.
    ///
    /// - Throws: `ZooError` of code `.notFound` where nothing was submitted.
    package init(run folder: String) throws {
      let path = "\(folder)/\(SlurmJobs.folderName)/jobs.json"
      guard FileManager.default.fileExists(atPath: path) else {
        throw ZooError(
          .notFound, "nothing was submitted to Slurm for this run", at: Place(path: folder),
          advice: "zoo slurm submit STUDY.json --output \(folder)")
      }
      var root = try JSONValue.parse(contentsOf: path).object()
      _ = try root.required("schema").integer(in: 1...1)
      (cells, merge) = (try root.string("cells"), try root.string("merge"))
      try root.finish()
    }

    init(cells: String, merge: String) { (self.cells, self.merge) = (cells, merge) }

    var json: JSONValue { ["schema": 1, "cells": cells.json, "merge": merge.json] }
  }

  private let folder: String
  private let plan: StudyPlan
  private let name: String
  private let program: String
  private let options: Options

  static let folderName = "slurm"
  /// A file that tells workers which were told to stop that they shall not come again.
  private static let cancelledName = "cancelled"
  private static let missing =
    "run it where jobs are submitted, or see docs/cluster.md for other engines"

  /// - Parameters:
  ///   - folder: the run's, absolute.
  ///   - plan: the run's.
  ///   - name: of the study.
  ///   - program: the path of `zoo` on every node.
  ///   - options: what is asked of the cluster.
  package init(
    run folder: String, plan: StudyPlan, name: String, program: String, options: Options
  ) {
    (self.folder, self.plan, self.program, self.options) = (folder, plan, program, options)
    let plain = name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
    self.name = "zoo-\(String(plain.prefix(40)))"
  }

  /// Writes the scripts and hands them to Slurm.
  ///
  /// - Throws: `ZooError` where Slurm is not there or refuses, in its own words; where the run's jobs still wait or run.
  package func submit() throws -> Submitted {
    let sbatch = try ForeignProgram("sbatch", advice: Self.missing)
    if let earlier = try? Submitted(run: folder), try !Self.queued(earlier).isEmpty {
      throw ZooError(
        .conflict, "jobs \(earlier.cells) and \(earlier.merge) of this run still wait or run",
        at: Place(path: folder),
        advice: "wait for them (zoo slurm status), or zoo slurm cancel \(folder)")
    }
    let place = "\(folder)/\(Self.folderName)"
    try AtomicFile.makeFolder(place)
    try AtomicFile.write(cellScript, to: "\(place)/cells.sh")
    try AtomicFile.write(mergeScript, to: "\(place)/merge.sh")
    func number(_ arguments: [String]) throws -> String {
      // Of several clusters the cluster's name stands behind the number.
      let text = try sbatch.run(["--parsable"] + arguments)
      guard let number = text.split(whereSeparator: { ";\n".contains($0) }).first else {
        throw ZooError(.system, "told no number of a job", at: Place(path: sbatch.path))
      }
      return String(number)
    }
    try? FileManager.default.removeItem(atPath: "\(place)/\(Self.cancelledName)")
    let cells = try number(["\(place)/cells.sh"])
    let merge: String
    do { merge = try number(["--dependency=afterany:\(cells)", "\(place)/merge.sh"]) } catch {
      _ = try? ForeignProgram("scancel", advice: Self.missing).run([cells])
      throw error
    }
    let submitted = Submitted(cells: cells, merge: merge)
    try AtomicFile.write(submitted.json.text() + "\n", to: "\(place)/jobs.json")
    return submitted
  }

  /// A line for each of a run's jobs that wait or run, as `squeue` tells.
  ///
  /// - Throws: `ZooError` where Slurm is not there.
  package static func queued(_ jobs: Submitted) throws -> [String] {
    let squeue = try ForeignProgram("squeue", advice: missing)
    // It fails where it has forgotten a job.
    let text = [jobs.cells, jobs.merge].map {
      (try? squeue.run(["--noheader", "--jobs", $0, "--format", "%i %T %M %R"])) ?? ""
    }
    return text.joined().split(separator: "\n").map(String.init)
  }

  /// Takes a run's jobs back; what runs stops at the next safe moment.
  ///
  /// - Throws: `ZooError` where Slurm is not there or refuses.
  package static func cancel(_ jobs: Submitted, run folder: String) throws {
    let scancel = try ForeignProgram("scancel", advice: missing)
    try AtomicFile.write("", to: "\(folder)/\(folderName)/\(cancelledName)")
    try scancel.run([jobs.merge])
    try scancel.run([jobs.cells])
  }

  private func head(_ log: String, _ lines: [String]) -> String {
    let asked: [(String, String?)] = [
      ("partition", options.partition), ("account", options.account),
    ]
    // sbatch reads quotes, and takes a percent sign for its own.
    let place = "\(folder)/\(Self.folderName)".replacing("%", with: "%%")
    let all =
      ["--job-name=\(name)", "--output=\"\(place)/\(log)\"", "--open-mode=append"]
      + asked.compactMap { key, value in value.map { "--\(key)=\($0)" } } + lines + options.others
    return "#!/bin/bash\n" + all.map { "#SBATCH \($0)\n" }.joined()
      + """
      cd \(quoted(plan.workingFolder)) || exit 1
      if [ ! -e \(quoted("\(folder)/\(StudyPlan.fileName)")) ]; then
        echo "zoo: $(hostname) does not see" \(quoted(folder + ":")) "share it among the nodes under the same path" >&2
        exit 1
      fi

      """
  }

  /// How many workers there are: no more than cells that can begin at once.
  package var workers: Int { max(1, min(options.tasks, plan.cells.count { $0.needs.isEmpty })) }

  /// The array's script.
  var cellScript: String {
    let limits = [
      options.time.map { "--time=\($0)" }, options.memory.map { "--mem=\($0)" },
    ].compactMap { $0 }
    return head(
      "cells-%a.log",
      [
        "--array=1-\(workers)", "--cpus-per-task=\(plan.threads)", "--requeue",
        "--signal=B:TERM@120",
      ] + limits)
        + """
        began=\(quoted("\(folder)/\(Self.folderName)"))/began-$SLURM_ARRAY_TASK_ID
        touch "$began"
        # What is finished, or kept within a training.
        newer() {
          find \(quoted("\(folder)/cells")) \(quoted("\(folder)/\(CellTuner.folderName)")) -newer "$began" \
            \\( -name '*.json' -o -name 'training-*.safetensors' \\) 2>/dev/null
        }
        stopped=
        trap 'stopped=yes; kill -TERM "$worker" 2>/dev/null' TERM
        for attempt in 1 2 3; do
          \(quoted(program)) cell \(quoted(folder)) --free --quiet &
          worker=$!
          wait "$worker"
          status=$?
          # The signal ends the wait, not the worker.
          while kill -0 "$worker" 2>/dev/null; do
            wait "$worker"
            status=$?
          done
          # 137: killed by SIGKILL.
          if [ -n "$stopped" ] || [ "$status" -ne 137 ]; then break; fi
          echo "zoo: the worker was killed (where nobody did that, the memory was too small), attempt $attempt of 3" >&2
        done
        if [ -n "$stopped" ] && [ "$status" -ne 0 ] && [ ! -e \(quoted("\(folder)/\(Self.folderName)/\(Self.cancelledName)")) ]; then
          if [ -z "$(newer)" ]; then
            echo "zoo: nothing was finished or kept within the time of the job: ask for more by --time" >&2
            exit 1
          fi
          scontrol requeue "${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}"
          # Slurm ends this script.
          sleep 60
        fi
        exit "$status"

        """
  }

  /// The script that makes tables and report.
  var mergeScript: String {
    head("merge.log", ["--kill-on-invalid-dep=yes", "--cpus-per-task=\(plan.threads)"])
      + "exec \(quoted(program)) merge \(quoted(folder)) --quiet\n"
  }

  /// A word of the shell.
  private func quoted(_ text: String) -> String {
    "'" + text.replacing("'", with: "'\\''") + "'"
  }
}
