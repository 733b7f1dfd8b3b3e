import Basics
import Testing

@testable import Ranks

@Suite("Which launcher started a process")
struct RankLauncherTests {
  @Test("mpirun of either family, srun with their plugins, or none")
  func families() throws {
    #expect(try RankLauncher.found(in: [:]) == nil)
    #expect(
      try RankLauncher.found(in: [
        "OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_RANK": "3", "OMPI_COMM_WORLD_LOCAL_SIZE": "2",
        "PMIX_RANK": "3",
      ]) == RankLauncher(family: .openMPI, count: 4, rank: 3, local: 2))
    #expect(
      try RankLauncher.found(in: ["PMI_SIZE": "2", "PMI_RANK": "1", "MPI_LOCALNRANKS": "2"])
        == RankLauncher(family: .mpich, count: 2, rank: 1, local: 2))
    let step = ["SLURM_STEP_NUM_TASKS": "6", "SLURM_STEP_TASKS_PER_NODE": "3(x2)"]
    #expect(
      try RankLauncher.found(in: step.merging(["PMIX_RANK": "5"]) { $1 })
        == RankLauncher(family: .openMPI, count: 6, rank: 5, local: 3))
    #expect(
      try RankLauncher.found(in: step.merging(["PMI_SIZE": "6", "PMI_RANK": "2"]) { $1 })
        == RankLauncher(family: .mpich, count: 6, rank: 2, local: 3))
  }

  @Test("One task is no rank; a batch script within an allocation is none either")
  func alone() throws {
    #expect(try RankLauncher.found(in: ["OMPI_COMM_WORLD_SIZE": "1"]) == nil)
    #expect(try RankLauncher.found(in: ["SLURM_STEP_NUM_TASKS": "1"]) == nil)
    #expect(try RankLauncher.found(in: ["SLURM_NTASKS": "8", "SLURM_PROCID": "0"]) == nil)
  }

  @Test("Lists of processors are counted, and what is none counts as nothing")
  func lists() {
    #expect(RankLauncher.count(ofList: "\t0-3,8") == 5)
    #expect(RankLauncher.count(ofList: "7") == 1)
    #expect(RankLauncher.count(ofList: "") == 0)
    #expect(RankLauncher.count(ofList: "x") == 0)
    let launcher = RankLauncher(family: .mpich, count: 4, rank: 0, local: 2)
    #expect(launcher.threads(processors: 1) == 1)
  }

  @Test("Tasks of srun that have no MPI are refused: each would train by itself")
  func withoutMPI() {
    #expect {
      try RankLauncher.found(in: ["SLURM_STEP_NUM_TASKS": "4", "SLURM_PROCID": "1"])
    } throws: { error in
      (error as? ZooError)?.message
        == "srun started 4 tasks without MPI: each would train by itself"
        && (error as? ZooError)?.advice?.contains("--mpi=pmix") == true
    }
  }
}
