import Testing

@testable import NearDuplicates

@Suite("What pictures are aligned by")
struct AlignmentTests {
  @Test("Least squares give the line through points")
  func line() throws {
    var system = LeastSquares(unknowns: 2)
    for x in [0.0, 1, 2, 5] { system.add([x, 1], 3 * x - 2) }
    let solution = try #require(system.solution)
    #expect(abs(solution[0] - 3) < 1e-9 && abs(solution[1] + 2) < 1e-9)
    var open = LeastSquares(unknowns: 2)
    open.add([1, 1], 1)
    #expect(open.solution == nil)
  }

  @Test("A map's inverse, rotation, scale and mirroring")
  func map() throws {
    // Turned by 30 degrees counterclockwise as it is looked at, y pointing down, and doubled.
    let turn = PlaneMap(
      xx: 3.0.squareRoot(), xy: 1, x0: 5, yx: -1, yy: 3.0.squareRoot(), y0: -2)
    #expect(abs(turn.rotation - 30) < 1e-9 && abs(turn.scale - 2) < 1e-9)
    #expect(abs(turn.stretch - 1) < 1e-6 && !turn.isMirrored)
    let place = turn(3, 4)
    let inverse = try #require(turn.inverse)
    let back = inverse(place.x, place.y)
    #expect(abs(back.x - 3) < 1e-9 && abs(back.y - 4) < 1e-9)
    let mirrored = turn.mirrored(width: 100)
    #expect(mirrored.isMirrored && abs(mirrored.rotation - 30) < 1e-9)
    #expect(abs(mirrored(3, 4).x - (100 - place.x)) < 1e-9)
    #expect(
      PlaneMap(xx: 1, xy: 0, x0: 0, yx: 1, yy: 0, y0: 0).inverse == nil)
  }

  @Test("A blur keeps the mean and spreads a point as a Gaussian does")
  func blur() {
    var values = [Float](repeating: 0, count: 41 * 31)
    values[15 * 41 + 20] = 1
    let blurred = GreyPlane(width: 41, height: 31, values: values).blurred(2)
    #expect(abs(blurred.values.reduce(0, +) - 1) < 1e-5)
    let ratio = blurred.values[15 * 41 + 22] / blurred.values[15 * 41 + 20]
    #expect(abs(ratio - exponential(-0.5)) < 1e-5)
    #expect(abs(exponential(-0.5) - 0.606_530_66) < 1e-6)
  }
}
