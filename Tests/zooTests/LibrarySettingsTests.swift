import CKernels
import Foundation
import Testing

@Suite(
  "What libraries read when they are loaded",
  .enabled(if: ProgramRunner.program != nil, "the program was not built beside the tests"))
struct LibrarySettingsTests {
  /// What `zoo doctor` says of something, with the settings taken away and others given.
  private func told(_ row: String, _ settings: String...) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      [
        "-u", "OMP_WAIT_POLICY", "-u", "GOMP_SPINCOUNT", "-u", "OPENBLAS_CORETYPE", "-u",
        "GLIBC_TUNABLES",
      ]
      + settings
      + [try #require(ProgramRunner.program), "doctor"]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(
      decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("\(row) ") })
    return line.dropFirst(row.count).trimmingCharacters(in: .whitespaces)
  }

  @Test("A computing command starts itself once more, so that threads sleep soon")
  func short() throws { #expect(try told("waiting") == "GOMP_SPINCOUNT=500") }

  @Test("OpenBLAS uses what the processor has, also one that it does not know")
  func core() throws {
    let found = try told("OpenBLAS core")
    #expect((found == "Prescott") == (ez_lanes() == 0), "\(found)")
  }

  @Test("malloc asks for large pages, beside what else it is told")
  func pages() throws {
    let wanted = "glibc.malloc.hugetlb=1; the system: "
    #expect(try told("large pages").hasPrefix(wanted))
    #expect(try told("large pages", "GLIBC_TUNABLES=glibc.malloc.check=0").hasPrefix(wanted))
  }

  @Test("What the user has set stays")
  func kept() throws {
    #expect(try told("waiting", "OMP_WAIT_POLICY=active") == "OMP_WAIT_POLICY=active")
    #expect(try told("waiting", "GOMP_SPINCOUNT=7") == "GOMP_SPINCOUNT=7")
    #expect(try told("OpenBLAS core", "OPENBLAS_CORETYPE=Prescott") == "Prescott")
    #expect(
      try told("large pages", "GLIBC_TUNABLES=glibc.malloc.hugetlb=0")
        .hasPrefix("glibc.malloc.hugetlb=0; "))
  }
}
