import Basics
import Foundation
import Studies
import Tensors

Interruption.install()
Running.nameTraps()
let status = Program(
  root: ZooCommand.root, version: programVersion, globalOptions: ZooCommand.globalOptions
).run(Array(CommandLine.arguments.dropFirst()))
if let rows = Profile.stop() {
  Program.Output.process.error(Profile.table(rows))
}
// What was printed waits in a buffer: whether it arrived is known only now.
if fflush(stdout) != 0 || ferror(stdout) != 0 {
  let reason = errno == 0 ? "" : ": \(String(cString: strerror(errno)))"
  Program.Output.process.error("zoo: the standard output can't be written\(reason)\n")
  exit(status == 0 ? Program.Status.failure : status)
}
exit(status)
