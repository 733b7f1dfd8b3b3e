import Foundation
import TestSupport
import Testing

@Suite(
  "One model trained by several processes", .serialized,
  .enabled(
    if: ProgramRunner.program != nil
      && ProcessInfo.processInfo.environment["ENCODERZOO_CLUSTER_TESTS"] != nil,
    "run by make test-cluster"))
struct RankProgramTests {
  /// A pre-training on a sample; a hundred epochs take some seconds.
  private func specification(_ folder: String, epochs: Int = 3, shards: Int? = 4) throws -> String {
    _ = try SmallStudy.prepare(folder)
    let rows = try String(contentsOfFile: "\(folder)/sample/cases.csv", encoding: .utf8)
      .split(separator: "\n").dropFirst()
    let lines = rows.enumerated().map { index, row in
      "images/\(row.split(separator: ",")[0]).png,\(row.contains(",abnormal,") ? 1 : 0),\(index % 3 == 0 ? 1 : 0)"
    }
    try ("file,lesion,other\n" + lines.joined(separator: "\n") + "\n").write(
      toFile: "\(folder)/sample/findings.csv", atomically: true, encoding: .utf8)
    let path = "\(folder)/pretrain.json"
    try """
    {"schema": 2, "name": "findings", "seed": 2,
     "data": {"format": "csv", "path": "sample/findings.csv",
       "columns": {"image": "file", "findings": ["lesion", "other"]}},
     "folds": {"kind": "k-fold", "count": 3, "validation": 0.2},
     "image": {"name": "net", "encoder": "densenet121", "size": 32,
       "options": {"growthRate": 4, "blocks": [1, 2], "initialFeatures": 8, "stemKernel": 3},
       "augmentation": {"rotation": 5},
       "training": {"epochs": \(epochs), "batchSize": 8, "average": 0.9, "select": "best"
         \(shards.map { ", \"shards\": \($0)" } ?? "")}}}
    """.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  private func expectSame(
    _ one: String, _ other: String,
    _ names: [String] = ["model.safetensors", "results.csv", "epochs.csv", "logits.csv"]
  ) throws {
    for name in names {
      let wanted = try Data(contentsOf: URL(fileURLWithPath: "\(one)/\(name)"))
      let found = try Data(contentsOf: URL(fileURLWithPath: "\(other)/\(name)"))
      #expect(wanted == found, "\(other)/\(name)")
    }
  }

  private let threads = "--threads 1"

  /// The same training by one process.
  private func alone(_ path: String, _ output: String, _ more: String...) throws {
    try ProgramRunner.succeed(
      ["pretrain", path, "--output", output, "--threads", "1", "--quiet"] + more)
  }

  @Test("1, 2 and 4 ranks of Open MPI and MPICH end with the same bytes")
  func sameBytes() throws {
    try withTemporaryFolder { folder in
      let path = try specification(folder)
      try alone(path, "\(folder)/one")
      for mpi in ["openmpi", "mpich"] {
        for ranks in [2, 4] {
          let output = "\(folder)/\(mpi)\(ranks)"
          let done = try ProgramRunner.run(
            shell:
              "$ZOO launch --ranks \(ranks) --mpi \(mpi) -- pretrain \(path) --output \(output) \(threads)"
          )
          #expect(done.status == 0, "\(done.error)")
          #expect(done.error.contains("4 shards, shared by \(ranks) ranks"), "\(done.error)")
          // One of them speaks.
          #expect(done.output.components(separatedBy: "model: ").count == 2, "\(done.output)")
          try expectSame("\(folder)/one", output)
        }
      }
    }
  }

  @Test("Killed, or stopped by Ctrl-C, and gone on with by other numbers of ranks: the same bytes")
  func stopped() throws {
    try withTemporaryFolder { folder in
      let path = try specification(folder, epochs: 2000)
      try alone(path, "\(folder)/one")
      for mpi in ["openmpi", "mpich"] {
        let output = "\(folder)/\(mpi)"
        var resume = ""
        for (ranks, ending) in [
          (2, "pkill -9 -n -f '^[^ ]*/zoo pretrain .*\(output)'"), (4, "kill -INT $launch"),
        ] {
          // A stop before the first epoch ends would leave nothing to go on with.
          let done = try ProgramRunner.run(
            shell: """
              $ZOO launch --ranks \(ranks) --mpi \(mpi) -- pretrain \(path) --output \(output) \(threads) \(resume) &
              launch=$!
              for i in $(seq 300); do [ -e \(output)/checkpoint.safetensors ] && break; sleep 0.1; done
              sleep 0.5
              \(ending)
              for i in $(seq 300); do kill -0 $launch 2>/dev/null || break; sleep 0.1; done
              kill -0 $launch 2>/dev/null && echo still at work
              wait $launch
              echo status $?
              """)
          let isKill = ending.hasPrefix("pkill")
          #expect(!done.output.contains("still at work"), "\(mpi) \(ending): \(done.error)")
          #expect(
            done.output.contains("status \(isKill ? 1 : 130)"), "\(done.output) \(done.error)")
          #expect(
            done.error.contains(isKill ? "the ranks ended with status" : "interrupted"),
            "\(done.error)")
          #expect(FileManager.default.fileExists(atPath: "\(output)/checkpoint.safetensors"))
          resume = "--resume"
        }
        try alone(path, output, "--resume")
        try expectSame("\(folder)/one", output)
      }
    }
  }

  /// A model of both sides with a frozen encoder, whose features the ranks share.
  private func model(_ folder: String, _ more: String) throws -> String {
    let study = try SmallStudy.prepare(folder)
    let text = try String(contentsOfFile: study, encoding: .utf8)
      .replacing("\"batchSize\": 8", with: "\"batchSize\": 8\(more)")
      .replacing("{\"epochs\": 2}", with: "{\"epochs\": 2\(more)}")
      .replacing("{\"epochs\": 1}", with: "{\"epochs\": 1\(more)}")
      .replacing("\"augmentation\":", with: "\"freeze\": \"block1\", \"augmentation\":")
    try text.write(toFile: study, atomically: true, encoding: .utf8)
    return study
  }

  @Test("zoo train and zoo features by several ranks leave the bytes of one process")
  func trainedTogether() throws {
    try withTemporaryFolder { folder in
      let path = try model(folder, ", \"shards\": 4")
      for command in ["train", "features"] {
        let one = "\(folder)/\(command)-one"
        try ProgramRunner.succeed(
          [command, path, "--output", one, "--threads", "1", "--quiet"])
        for (mpi, ranks) in [("openmpi", 2), ("mpich", 3)] {
          let output = "\(folder)/\(command)-\(mpi)"
          let done = try ProgramRunner.run(
            shell:
              "$ZOO launch --ranks \(ranks) --mpi \(mpi) -- \(command) \(path) --output \(output) \(threads)"
          )
          #expect(done.status == 0, "\(command) \(mpi): \(done.error)")
          let names =
            command == "train"
            ? [
              "model.safetensors", "results.csv", "logits.csv", "parts/net/model.safetensors",
              "parts/words/model.safetensors", "parts/words/vocabulary.txt",
            ] : ["net.safetensors"]
          try expectSame(one, output, names)
        }
      }
    }
  }

  @Test("A model that two ranks were stopped at is gone on with by one")
  func trainStopped() throws {
    try withTemporaryFolder { folder in
      let path = try model(folder, ", \"shards\": 2")
      let text = try String(contentsOfFile: path, encoding: .utf8)
      try text.replacing(
        "\"epochs\": 2, \"batchSize\": 8", with: "\"epochs\": 900, \"batchSize\": 8"
      )
      .write(toFile: path, atomically: true, encoding: .utf8)
      let one = "\(folder)/one"
      let alone = ["train", path, "--threads", "1", "--quiet", "--output"]
      try ProgramRunner.succeed(alone + [one])
      let output = "\(folder)/two"
      // In the first part; then, that one finished, in the second.
      for (round, place) in ["specification.json", "parts/net/digests.json"].enumerated() {
        let done = try ProgramRunner.run(
          shell: """
            $ZOO launch --ranks 2 -- train \(path) --output \(output) \(threads) \(round == 0 ? "" : "--resume") &
            launch=$!
            for i in $(seq 900); do [ -e \(output)/\(place) ] && break; sleep 0.1; done
            sleep 1
            kill -INT $launch
            while kill -0 $launch 2>/dev/null; do sleep 0.1; done
            wait $launch
            """)
        #expect(done.status == 130, "\(done.error)")
        let kept = "\(output)/parts/\(round == 0 ? "net" : "words")/training-1.safetensors"
        #expect(FileManager.default.fileExists(atPath: kept), "\(done.error)")
      }
      try ProgramRunner.succeed(alone + [output, "--resume"])
      try expectSame(one, output, ["model.safetensors", "results.csv", "logits.csv"])
    }
  }

  @Test("Batch statistics that ranks can't add up alike are refused, and more ranks than shards")
  func refused() throws {
    try withTemporaryFolder { folder in
      let path = try model(folder, ", \"batchStatistics\": \"batch\"")
      let text = try String(contentsOfFile: path, encoding: .utf8)
      func said(_ text: String, ranks: Int) throws -> String {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        let done = try ProgramRunner.run(
          shell:
            "$ZOO launch --ranks \(ranks) -- train \(path) --output \(folder)/refused \(threads)")
        #expect(done.status == 1)
        #expect(!FileManager.default.fileExists(atPath: "\(folder)/refused"))
        return done.error
      }
      let dropped = text.replacing(
        "\"hidden\": 16,", with: "\"hidden\": 16, \"modalityDropout\": 0.3,")
      #expect(try said(dropped, ranks: 2).contains("\"modalityDropout\" can't be shared"))
      #expect(try said(text, ranks: 9).contains("a batch of 8 is too small for 9 ranks"))
      let shards = text.replacing("\"batchStatistics\": \"batch\"", with: "\"shards\": 2")
      #expect(try said(shards, ranks: 3).contains("can't be shared by 3 ranks"))
    }
  }

  @Test("Batch statistics of all ranks: the losses of one process with the whole batch")
  func wholeStatistics() throws {
    try withTemporaryFolder { folder in
      let path = try specification(folder, epochs: 2, shards: nil)
      let text = try String(contentsOfFile: path, encoding: .utf8)
      try text.replacing(
        "\"batchSize\": 8", with: "\"batchSize\": 8, \"batchStatistics\": \"batch\""
      )
      .write(toFile: path, atomically: true, encoding: .utf8)
      try alone(path, "\(folder)/one")
      func losses(_ folder: String) throws -> [Double] {
        let table = try String(contentsOfFile: "\(folder)/epochs.csv", encoding: .utf8)
        return table.split(separator: "\n").filter { $0.contains(",log-loss,") }.compactMap {
          $0.split(separator: ",").last.flatMap { Double($0) }
        }
      }
      let wanted = try losses("\(folder)/one")
      #expect(wanted.count == 4)
      for (mpi, ranks) in [("openmpi", 2), ("mpich", 4)] {
        let output = "\(folder)/\(mpi)"
        let done = try ProgramRunner.run(
          shell:
            "$ZOO launch --ranks \(ranks) --mpi \(mpi) -- pretrain \(path) --output \(output) \(threads)"
        )
        #expect(done.status == 0, "\(done.error)")
        #expect(done.error.contains("the statistics of all of it"), "\(done.error)")
        let found = try losses(output)
        #expect(found.count == wanted.count)
        for (one, other) in zip(wanted, found) { #expect(abs(one - other) < 1e-4) }
      }
      // Those of shards are others, which this would tell.
      try text.replacing("\"batchSize\": 8", with: "\"batchSize\": 8, \"shards\": 2")
        .write(toFile: path, atomically: true, encoding: .utf8)
      try alone(path, "\(folder)/shards")
      let others = try losses("\(folder)/shards")
      #expect(zip(wanted, others).contains { abs($0 - $1) > 1e-3 }, "\(wanted) \(others)")
    }
  }

  @Test("Gradients sent as bf16 are noted with the run, and gone on with alike")
  func halvedGradients() throws {
    try withTemporaryFolder { folder in
      let path = try specification(folder)
      try alone(path, "\(folder)/one")
      let output = "\(folder)/two"
      let command = "$ZOO launch --ranks 2 -- pretrain \(path) --output \(output) \(threads)"
      let done = try ProgramRunner.run(shell: "\(command) --send-gradients bf16")
      #expect(done.status == 0, "\(done.error)")
      let record = try String(contentsOfFile: "\(output)/run.json", encoding: .utf8)
      #expect(record.contains("\"gradients are sent as\": \"bf16 by 2 ranks\""), "\(record)")
      let again = try ProgramRunner.run(shell: "\(command) --send-gradients bf16 --resume")
      #expect(again.status == 0 && again.output.contains("nothing was left"), "\(again.error)")
      let alone = try ProgramRunner.run(
        ["pretrain", path, "--output", "\(folder)/none", "--send-gradients", "bf16"])
      #expect(alone.status != 0 && alone.error.contains("one process alone"), "\(alone.error)")
      let model = "model.safetensors"
      #expect(
        try Data(contentsOf: URL(fileURLWithPath: "\(output)/\(model)"))
          != Data(contentsOf: URL(fileURLWithPath: "\(folder)/one/\(model)")))
      let other = try ProgramRunner.run(shell: "\(command) --resume")
      #expect(other.status == 1 && other.error.contains("gradients are sent as"), "\(other.error)")
    }
  }

  @Test("Without shards in the specification there are as many as ranks, and a run keeps to them")
  func asManyAsRanks() throws {
    try withTemporaryFolder { folder in
      let path = try specification(folder, epochs: 300, shards: nil)
      let output = "\(folder)/two"
      let begun = try ProgramRunner.run(
        shell: """
          $ZOO launch --ranks 2 -- pretrain \(path) --output \(output) \(threads) &
          launch=$!
          for i in $(seq 300); do [ -e \(output)/checkpoint.safetensors ] && break; sleep 0.1; done
          kill -INT $launch
          while kill -0 $launch 2>/dev/null; do sleep 0.1; done
          wait $launch
          """)
      #expect(begun.status == 130, "\(begun.error)")
      let record = try String(contentsOfFile: "\(output)/run.json", encoding: .utf8)
      #expect(record.contains("\"shards\": \"2\""), "\(record)")
      let more = try ProgramRunner.run(
        shell: "$ZOO launch --ranks 3 -- pretrain \(path) --output \(output) \(threads) --resume")
      #expect(more.status == 1)
      #expect(
        more.error.contains("2 shards of a batch can't be shared by 3 ranks"), "\(more.error)")
      try alone(path, output, "--resume")
      let whole = try ProgramRunner.run(
        shell: "$ZOO launch --ranks 2 -- pretrain \(path) --output \(folder)/whole \(threads)")
      #expect(whole.status == 0, "\(whole.error)")
      try expectSame("\(folder)/whole", output)
    }
  }

  @Test(
    "What differs between ranks, is missing on one or can't be written is told with the rank, and ends all"
  )
  func differences() throws {
    try withTemporaryFolder { folder in
      let path = try specification(folder)
      let other = "\(folder)/other"
      try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: true)
      try FileManager.default.copyItem(atPath: "\(folder)/sample", toPath: "\(other)/sample")
      /// Two ranks of Open MPI with arguments of their own.
      func run(_ first: String, _ second: String, _ output: String = "out") throws
        -> ProgramRunner.Outcome
      {
        let common = "$ZOO pretrain \(path) --output \(folder)/\(output)"
        return try ProgramRunner.run(
          shell: "timeout 60 mpirun.openmpi --allow-run-as-root --bind-to none --oversubscribe "
            + "-n 1 \(common) \(first) : -n 1 \(common) \(second)")
      }
      let data = "--data \(folder) --threads"
      let unequal = try run("\(data) 1", "\(data) 2")
      #expect(unequal.status == 1)
      #expect(unequal.error.contains("zoo: rank 1 on "), "\(unequal.error)")
      #expect(unequal.error.contains("the threads here is 2, rank 0's is 1"), "\(unequal.error)")
      let image = "\(other)/sample/images/0001.png"
      try FileManager.default.removeItem(atPath: image)
      let missing = try run("\(data) 1", "--data \(other) --threads 1")
      #expect(missing.status == 1)
      #expect(missing.error.contains("zoo: rank 1 on "), "\(missing.error)")
      #expect(missing.error.contains("0001.png"), "\(missing.error)")
      try FileManager.default.copyItem(
        atPath: "\(folder)/sample/images/0002.png", toPath: image)
      let changed = try run("\(data) 1", "--data \(other) --threads 1")
      #expect(changed.status == 1)
      #expect(changed.error.contains("0001.png: has "), "\(changed.error)")
      #expect(changed.error.contains(" bytes on rank 0"), "\(changed.error)")
      try FileManager.default.removeItem(atPath: image)
      try FileManager.default.copyItem(atPath: "\(folder)/sample/images/0001.png", toPath: image)
      let table = "\(other)/sample/findings.csv"
      let rows = try String(contentsOfFile: table, encoding: .utf8).split(separator: "\n")
      let last = try #require(rows.last)
      let turned = last.dropLast() + (last.hasSuffix("1") ? "0" : "1")
      try (rows.dropLast() + [turned]).joined(separator: "\n")
        .write(toFile: table, atomically: true, encoding: .utf8)
      let relabelled = try run("\(data) 1", "--data \(other) --threads 1")
      #expect(relabelled.status == 1)
      #expect(
        relabelled.error.contains("the data here is not the same as rank 0's"),
        "\(relabelled.error)")

      let wrong = try ProgramRunner.run(
        shell:
          "ENCODERZOO_MPI=libmpi.so.40 timeout 60 mpiexec.hydra -n 2 $ZOO pretrain \(path) --output"
          + " \(folder)/wrong \(threads)")
      #expect(wrong.status != 0)
      #expect(wrong.error.contains("it belongs to another MPI"), "\(wrong.error)")

      let full = "\(folder)/full"
      let space = try ProgramRunner.run(
        shell: "mkdir \(full) && mount -t tmpfs -o size=64k none \(full)")
      guard space.status == 0 else { return }
      defer { _ = try? ProgramRunner.run(shell: "umount \(full)") }
      let unwritten = try run("\(data) 1", "\(data) 1", "full/run")
      #expect(unwritten.status == 1)
      #expect(unwritten.error.contains("zoo: rank 0 on "), "\(unwritten.error)")
      #expect(unwritten.error.contains("No space left"), "\(unwritten.error)")
    }
  }

  @Test("Tasks of srun are ranks, by pmix of Open MPI and by pmi2 of MPICH, and not without MPI")
  func srun() throws {
    try withTemporaryFolder { folder in
      let path = try specification(folder)
      try alone(path, "\(folder)/one")
      try LocalSlurm.running { slurm in
        func run(_ mpi: String) throws -> ProgramRunner.Outcome {
          try ProgramRunner.run(
            shell: "export SLURM_CONF=\(slurm.folder)/slurm.conf\n"
              + "timeout 60 srun -N 2 -n 2 -c 1 -K --mpi=\(mpi) $ZOO pretrain \(path) --output \(folder)/\(mpi) \(threads)"
          )
        }
        for mpi in ["pmix", "pmi2"] {
          let done = try run(mpi)
          #expect(done.status == 0, "\(mpi): \(done.error)")
          try expectSame("\(folder)/one", "\(folder)/\(mpi)")
        }
        let none = try run("none")
        #expect(none.status == 1)
        #expect(none.error.contains("srun started 2 tasks without MPI"), "\(none.error)")
      }
    }
  }

  @Test(
    "MPICH on two hosts over ssh: the bytes of one; a host that vanishes ends all within half a minute"
  )
  func mpichHosts() throws {
    try withTemporaryFolder { folder in
      let path = try specification(folder)
      try alone(path, "\(folder)/one")
      let script = packageFile("scripts/local-hosts.sh")
      let hosts = "\(folder)/hosts"
      let started = try ProgramRunner.run(shell: "\(script) start \(hosts) 2")
      defer { _ = try? ProgramRunner.run(shell: "\(script) stop \(hosts)") }
      try #require(started.status == 0, "\(started.error)")
      try "#!/bin/sh\nexec ssh -F \(hosts)/ssh_config \"$@\"\n".write(
        toFile: "\(folder)/ssh", atomically: true, encoding: .utf8)
      // Of one machine: without UCX_TLS they would share memory.
      let line =
        "chmod +x \(folder)/ssh; export HYDRA_LAUNCHER_EXEC=\(folder)/ssh HYDRA_IFACE=zoo-bridge"
        + " UCX_TLS=tcp,self UCX_NET_DEVICES=eth0\n"
        + "timeout 120 $ZOO launch --mpi mpich --ranks 2 --hosts 10.77.0.1,10.77.0.2 -- pretrain"
      let done = try ProgramRunner.run(
        shell: "\(line) \(path) --output \(folder)/two \(threads)")
      #expect(done.status == 0, "\(done.error)")
      try expectSame("\(folder)/one", "\(folder)/two")
      let long = try specification("\(folder)/long", epochs: 10_000)
      let cut = try ProgramRunner.run(
        shell:
          "(sleep 6; \(script) cut \(hosts) 2; date +%s >\(folder)/cut) & \(line) \(long) --output"
          + " \(folder)/lost \(threads); status=$?; date +%s >\(folder)/ended; exit $status")
      #expect(cut.status != 0)
      #expect(
        cut.error.contains("zoo: rank 0 on zoo-1: rank 1 on zoo-2 has not answered for 17 s"),
        "\(cut.error)")
      func time(_ name: String) throws -> Int {
        let text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
        return try #require(Int(text.trimmingCharacters(in: .whitespacesAndNewlines)))
      }
      let seconds = try time("ended") - time("cut")
      #expect(seconds < 30, "\(seconds) s")
      _ = try ProgramRunner.run(shell: "\(script) mend \(hosts) 2")
    }
  }

  @Test("Four hosts over ssh; one that vanishes ends all within half a minute, and two go on")
  func hosts() throws {
    let script = packageFile("scripts/local-hosts.sh")
    try withTemporaryFolder { folder in
      let path = try specification(folder, epochs: 400)
      try alone(path, "\(folder)/one")
      let started = try ProgramRunner.run(shell: "\(script) start \(folder)/hosts 4")
      defer { _ = try? ProgramRunner.run(shell: "\(script) stop \(folder)/hosts") }
      try #require(started.status == 0, "\(started.error)")
      let names = (1...4).map { "10.77.0.\($0)" }
      let environment =
        "OMPI_MCA_plm_rsh_args='-F \(folder)/hosts/ssh_config' OMPI_MCA_oob_tcp_if_include=10.77.0.0/24"
      let output = "\(folder)/four"
      let cut = try ProgramRunner.run(
        shell: """
          export \(environment)
          $ZOO launch --ranks 4 --mpi openmpi --hosts \(names.joined(separator: ",")) -- \
            pretrain \(path) --output \(output) \(threads) &
          launch=$!
          for i in $(seq 300); do [ -e \(output)/checkpoint.safetensors ] && break; sleep 0.1; done
          \(script) cut \(folder)/hosts 3
          for i in $(seq 300); do kill -0 $launch 2>/dev/null || break; sleep 0.1; done
          kill -0 $launch 2>/dev/null && echo still at work
          wait $launch
          """)
      #expect(cut.status == 1)
      #expect(!cut.output.contains("still at work"), "\(cut.error)")
      #expect(cut.error.contains("10.77.0.3"), "\(cut.error)")
      let done = try ProgramRunner.run(
        shell:
          "\(environment) $ZOO launch --ranks 2 --mpi openmpi --hosts \(names[0]),\(names[1]) -- "
          + "pretrain \(path) --output \(output) \(threads) --resume")
      #expect(done.status == 0, "\(done.error)")
      try expectSame("\(folder)/one", output)
    }
  }
}
