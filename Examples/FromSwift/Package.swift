// swift-tools-version: 6.1
import Foundation
import PackageDescription

/// Where EncoderZoo is: `ENCODERZOO_URL`, else the repository that this folder lies in.
let address =
  Context.environment["ENCODERZOO_URL"]
  ?? URL(fileURLWithPath: Context.packageDirectory).deletingLastPathComponent()
  .deletingLastPathComponent().absoluteString
let name = URL(string: address)?.deletingPathExtension().lastPathComponent ?? "EncoderZoo"

let package = Package(
  name: "FromSwift",
  dependencies: [.package(url: address, from: "0.1.0")],
  targets: [
    .executableTarget(
      name: "FromSwift", dependencies: [.product(name: "EncoderZoo", package: name)])
  ])
