import Basics
import Images
import Tensors
import TestSupport
import Testing

@testable import Explanation

@Suite("Signals")
struct SignalTests {
  /// Scores 4, 3, 2, 1 and some that are no signal; all positive ones sum to 10.
  private let small = AttributionMap(height: 2, width: 4, values: [1, -5, 4, 0, 2, 3, -1, 0])

  @Test(
    "A sensitivity keeps the strongest signals that carry its share of the mass",
    arguments: [
      (0.0, [0, 2, 4, 5]), (0.05, [0, 2, 4, 5]), (0.1, [2, 4, 5]), (0.29, [2, 4, 5]),
      (0.3, [2, 5]), (0.6, [2]), (0.99, [2]), (1, []),
    ] as [(Double, [Int])])
  func share(sensitivity: Double, points: [Int]) {
    let selection = SignalSelection(small, sensitivity: sensitivity)
    #expect(selection.points == points)
    #expect(selection.asked == points.count)
    #expect(selection.threshold == points.map { small.values[$0] }.min())
  }

  @Test("Above the limit the strongest stay, the lower index first among equals")
  func limit() {
    #expect(SignalSelection(small, sensitivity: 0, limit: 2).points == [2, 5])
    #expect(SignalSelection(small, sensitivity: 0, limit: 2).asked == 4)
    let flat = AttributionMap(height: 1, width: 5, values: [1, 1, 1, 1, 0.5])
    #expect(SignalSelection(flat, sensitivity: 0, limit: 3).points == [0, 1, 2])
    #expect(SignalSelection(flat, sensitivity: 0.5).points == [0, 1, 2])
  }

  @Test("More sensitivity never adds a signal")
  func monotone() {
    var random = RandomStream(seed: 3)
    let noise = AttributionMap(
      height: 32, width: 32, values: (0..<1024).map { _ in Float(random.normal()) })
    var larger = Set(SignalSelection(noise, sensitivity: 0).points)
    #expect(larger.count > 400)
    for step in 1...20 {
      let smaller = Set(SignalSelection(noise, sensitivity: Double(step) / 20).points)
      #expect(smaller.isSubset(of: larger))
      larger = smaller
    }
    #expect(larger.isEmpty)
  }

  @Test("A map without a positive score shows nothing", arguments: ClusteringRule.names)
  func nothing(name: String) throws {
    let rule = try #require(ClusteringRule(name: name))
    let sight = Sight(
      AttributionMap(height: 3, width: 3, values: [Float](repeating: -1, count: 9)),
      sensitivity: 0, rule: rule)
    #expect(sight.kept.isEmpty)
    #expect(sight.clusters == 0)
    #expect(sight.neighbourhoods.isEmpty)
  }

  @Test("A core has six signals within six pixels; what is near one is kept, the rest is not")
  func density() {
    // Five in a row at distance 1 and a sixth exactly 6 from the middle one; one 7 further right.
    let points = [(10, 10), (11, 10), (12, 10), (13, 10), (14, 10), (18, 10), (25, 10)]
    let density = DensityFilter(points.map { $0.1 * 224 + $0.0 }, width: 224, height: 224)
    #expect(density.isCore == [false, false, true, true, true, false, false])
    #expect(density.isKept == [true, true, true, true, true, true, false])
    #expect(density.linked.labels == [0, 0, 0, 0, 0, 0, -1])
    #expect(DensityFilter.radius(width: 112, height: 100) == 3)
    #expect(DensityFilter.radius(width: 16, height: 16) == 1.5)
  }

  @Test("A square of signals gives the circle around it")
  func circle() throws {
    let scores = (0..<9).map { (x: 50 + $0 % 3, y: 70 + $0 / 3, score: Float(2)) }
    let sight = Sight(map(224, 224, scores), sensitivity: 0)
    let only = try #require(sight.neighbourhoods.first)
    #expect(sight.neighbourhoods.count == 1)
    #expect(only.circle == Circle(x: 51.5, y: 71.5, radius: 2.0.squareRoot()))
    #expect(only.mass == 18)
    #expect(only.points.count == 9)
  }

  @Test(
    "Of two squares the heavier comes first, whatever the rule", arguments: ClusteringRule.names)
  func order(name: String) throws {
    let rule = try #require(ClusteringRule(name: name))
    let light = (0..<25).map { (x: 20 + $0 % 5, y: 30 + $0 / 5, score: Float(1)) }
    let heavy = (0..<25).map { (x: 120 + $0 % 5, y: 90 + $0 / 5, score: Float(2)) }
    let sight = Sight(map(224, 224, light + heavy), sensitivity: 0, rule: rule)
    #expect(sight.clusters == 2)
    #expect(sight.neighbourhoods.map(\.circle.x) == [122.5, 22.5])
    #expect(sight.neighbourhoods.map(\.mass) == [50, 25])
  }

  @Test("A cluster of less than a twentieth of the points is dropped")
  func smallCluster() {
    let large = (0..<144).map { (x: 20 + $0 % 12, y: 30 + $0 / 12, score: Float(1)) }
    func sight(_ few: Int) -> Sight {
      let rest = (0..<few).map { (x: 150 + $0 % 3, y: 150 + $0 / 3, score: Float(1)) }
      return Sight(map(224, 224, large + rest), sensitivity: 0)
    }
    #expect(sight(7).clusters == 2)
    #expect(sight(7).neighbourhoods.count == 1)
    #expect(sight(9).neighbourhoods.count == 2)
  }

  @Test(
    "The number of blobs is found",
    arguments: [(false, 0.0, 0.95), (false, 0.3, 0.95), (true, 0.3, 0.85)])
  func blobs(elongated: Bool, noise: Double, wanted: Double) {
    let stream = RandomStream(seed: 5).derived(elongated ? "long" : "round").derived("\(noise)")
    let right = (0..<200).count { trial in
      var random = stream.derived(trial)
      let blobs = Blobs(elongated: elongated, noise: noise, separation: 55, random: &random)
      return Sight(blobs.map, sensitivity: 0).neighbourhoods.count == blobs.count
    }
    #expect(Double(right) / 200 >= wanted, "\(right) of 200")
  }

  @Test("Of many signals the 4,096 strongest are clustered, twice with the same answer")
  func many() {
    var random = RandomStream(seed: 8)
    let noise = AttributionMap(
      height: 224, width: 224, values: (0..<224 * 224).map { _ in Float(random.normal()) })
    let sight = Sight(noise, sensitivity: 0)
    #expect(sight.signals.points.count == 4096)
    #expect(sight.signals.asked > 20_000)
    #expect(sight == Sight(noise, sensitivity: 0))
  }

  @Test(
    "A map that ranges over no more than rounding is flat and has no circles, whatever its scale",
    arguments: [1e-30, 1e-6, 1, 1e6] as [Float])
  func flat(scale: Float) {
    func map(_ values: [Float]) -> AttributionMap {
      AttributionMap(height: 8, width: 8, values: values)
    }
    let constant = map(Array(repeating: scale, count: 64))
    let rounded = map((0..<64).map { $0 % 3 == 0 ? scale.nextUp : scale })
    let faint = map((0..<64).map { scale * (1 + Float($0) / 64_000) })
    #expect(constant.isFlat && rounded.isFlat && !faint.isFlat)
    #expect(Sight(constant, sensitivity: 0).neighbourhoods.isEmpty)
    #expect(Sight(rounded, sensitivity: 0).signals.points.isEmpty)
    #expect(!Sight(faint, sensitivity: 0).neighbourhoods.isEmpty)
    #expect(map(Array(repeating: 0, count: 64)).isFlat)
    let similarity = MapSimilarity(rounded, faint, sensitivity: 0.5)
    #expect(similarity.isFlat && similarity.scores == nil && similarity.signals == nil)
  }

  @Test("A picture of one grey gets no circles by any method, and each says so")
  func blankPicture() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/grey.png"
      try PixelImage(
        width: 40, height: 40, channels: 1, pixels: Array(repeating: 110, count: 1600)
      ).savePNG(path: path)
      var settings = ExplanationSettings()
      settings.methods = ExplanationSettings.Method.allCases
      settings.integration.nodes = 4
      settings.integration.maximumNodes = 4
      settings.sensitivity = 0
      let explanation = try Explainer(
        SmallModel.make(image: true, text: false), folder: "model", kernels: ReferenceKernels(),
        settings: settings
      ).explain(image: path, text: nil)
      #expect(explanation.images.count == 6)
      #expect(explanation.sights.allSatisfy { $0.neighbourhoods.isEmpty })
      let warnings = explanation.warnings
      #expect(warnings.contains("grey.png is of one grey or colour."))
      for image in explanation.images {
        #expect(warnings.contains { $0.hasPrefix("\(image.title): no circles, since the picture") })
      }
      let page = try ExplanationPage(explanation).html()
      #expect(page.contains("grey.png is of one grey or colour."))
    }
  }
}
