import Foundation

@testable import Bundles

/// What a server of bundles sends: manifest, catalogue, signature, public key.
///
/// They are told apart by the first byte. What is accepted of the first two must come back the same
/// from its own writer.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard count > 0 else { return 0 }
  let data = Data(bytes: start + 1, count: count - 1)
  switch start[0] {
  case UInt8(ascii: "c"):
    guard let index = try? BundleIndex.parse(data, path: "registry.json") else { return 0 }
    let again = try? BundleIndex.parse(index.data, path: "registry.json")
    precondition(again == index, "what was written is not what was read")
  case UInt8(ascii: "s"): _ = try? MinisignSignature(data, path: "registry.json.minisig")
  case UInt8(ascii: "k"): _ = try? MinisignPublicKey(file: data, path: "minisign.pub")
  default:
    guard let manifest = try? BundleManifest.parse(data, path: "bundle.json") else { return 0 }
    let again = try? BundleManifest.parse(manifest.data, path: "bundle.json")
    precondition(again == manifest, "what was written is not what was read")
  }
  return 0
}
