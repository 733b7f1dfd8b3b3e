import Basics
import Dispatch
import Foundation
import Images
import NearDuplicates
import Synchronization

// near-duplicates links LIST [THREADS]: the links among the pictures whose paths stand in a file, a line each.
// near-duplicates speed COUNT …: seconds for so many synthetic pictures and texts.

/// The signatures of pictures, computed on all cores.
func signatures(_ count: Int, _ picture: @Sendable (Int) throws -> PixelImage) throws
  -> [PictureSignature?]
{
  let results = Mutex([Result<PictureSignature, any Error>?](repeating: nil, count: count))
  DispatchQueue.concurrentPerform(iterations: count) { index in
    let result = Result { PictureSignature(try picture(index)) }
    results.withLock { $0[index] = result }
  }
  return try results.withLock { try $0.map { try $0?.get() } }
}

/// Seconds by the clock and of all processors.
func seconds(_ work: () throws -> Void) rethrows -> String {
  let (start, cpu) = (DispatchTime.now().uptimeNanoseconds, clock())
  try work()
  let wall = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
  let used = Double(clock() - cpu) / Double(CLOCKS_PER_SEC)
  return
    "\(NumberText.fixed(wall, digits: 1)) s (\(NumberText.fixed(used, digits: 1)) s of processors)"
}

/// A picture of soft spots of its own over a bright lower half and two dark fields that all have.
func simulated(_ seed: Int) -> PixelImage {
  let side = 128
  var stream = RandomStream(seed: UInt64(seed + 1))
  var values = [Float](repeating: 0, count: side * side)
  for y in 0..<side {
    for x in 0..<side {
      let (u, v) = (Float(x) / Float(side) - 0.5, Float(y) / Float(side) - 0.5)
      let fields = exp(-(pow(abs(u) - 0.22, 2) * 40 + v * v * 12))
      values[y * side + x] = 120 + 60 * v - 90 * fields + 10 * sin(v * 60 + abs(u) * 20) * fields
    }
  }
  for _ in 0..<120 {
    let (cx, cy) = (Float(stream.uniform()) * 128, Float(stream.uniform()) * 128)
    let (radius, height) = (
      1.5 + 7 * Float(stream.uniform()), 60 * (Float(stream.uniform()) - 0.5)
    )
    let reach = Int(2.5 * radius)
    for y in max(0, Int(cy) - reach)...min(side - 1, Int(cy) + reach) {
      for x in max(0, Int(cx) - reach)...min(side - 1, Int(cx) + reach) {
        let (dx, dy) = (Float(x) - cx, Float(y) - cy)
        values[y * side + x] += height * exp(-(dx * dx + dy * dy) / (2 * radius * radius))
      }
    }
  }
  return PixelImage(
    width: side, height: side, channels: 1, pixels: values.map { UInt8(max(0, min(255, $0))) })
}

/// A report of sentences, some common to many, and a number of its own.
func simulatedText(_ seed: Int) -> [String] {
  var stream = RandomStream(seed: UInt64(seed + 1))
  return (0..<8).flatMap { _ -> [String] in
    let sentence = Int(stream.uniform() * 4000)
    return (0..<7).map { "w\((sentence * 31 + $0 * 7) % 2000)" }
  }
}

func found(_ near: NearPictures) -> String {
  "\(near.links.count) links, \(near.groups.count) groups; compared \(near.compared), passed over"
    + " \(near.passedOver), unread hashes \(near.unreadHashes), featureless \(near.featureless.count)"
}

let arguments = CommandLine.arguments.dropFirst()
switch arguments.first {
case "links":
  let paths = try String(contentsOfFile: arguments.dropFirst().first ?? "", encoding: .utf8)
    .split(separator: "\n").map(String.init)
  let threads = arguments.dropFirst(2).first.flatMap { Int($0) } ?? 0
  var pictures: [PictureSignature?] = []
  let reading = try seconds {
    pictures = try signatures(paths.count) { try PixelImage.load(path: paths[$0]) }
  }
  var result: NearPictures?
  let finding = try seconds { result = try NearPictures(pictures, threads: threads) }
  for link in result?.links ?? [] {
    print(
      link.first, link.second, NumberText.fixed(link.correlation, digits: 3),
      link.transform.sentence,
      separator: "\t")
  }
  print(
    "# \(paths.count) pictures: hashed in \(reading), found in \(finding); "
      + (result.map(found) ?? ""))
case "speed":
  // A hundredth are copies of pictures before them.
  for count in arguments.dropFirst().compactMap({ Int($0) }) {
    var pictures: [PictureSignature?] = []
    let hashing = try seconds {
      pictures = try signatures(count) { simulated($0 % 100 == 99 ? $0 - 50 : $0) }
    }
    var result: NearPictures?
    let finding = try seconds { result = try NearPictures(pictures) }
    print(
      "\(count) pictures: hashed in \(hashing), found in \(finding); \(result.map(found) ?? "")")
    var texts: NearTexts?
    let reading = try seconds {
      texts = try NearTexts((0..<count).map { simulatedText($0 % 100 == 99 ? $0 - 50 : $0) })
    }
    print(
      "\(count) texts: found in \(reading); \(texts?.groups.count ?? 0) groups, compared"
        + " \(texts?.compared ?? 0), passed over \(texts?.unread ?? 0)")
  }
default:
  print("near-duplicates links LIST [THREADS] | speed COUNT …")
  exit(64)
}
