import Basics
import Foundation
import Studies

Interruption.install()
exit(
  Program(
    root: ZooCommand.root, version: programVersion, globalOptions: ZooCommand.globalOptions
  ).run(Array(CommandLine.arguments.dropFirst())))
