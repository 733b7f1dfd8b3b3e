import Basics
import Testing

@Suite("Errors as text")
struct ZooErrorTests {
  @Test(
    "A message stands behind its place and before its advice",
    arguments: [
      (ZooError(.usage, "wrong"), "wrong"),
      (ZooError(.usage, "wrong", advice: "do this"), "wrong\n  do this"),
      (ZooError(.badValue, "wrong", at: Place()), "wrong"),
      (ZooError(.badValue, "wrong", at: Place(path: "a.json")), "a.json: wrong"),
      (ZooError(.badValue, "wrong", at: Place(path: "a.json", line: 3)), "a.json:3: wrong"),
      (
        ZooError(.badValue, "wrong", at: Place(path: "a.json", line: 3, key: "x.y")),
        "a.json:3: x.y: wrong"
      ),
      (ZooError(.badValue, "wrong", at: Place(line: 3, key: "x.y")), "line 3: x.y: wrong"),
      (ZooError(.badValue, "wrong", at: Place(key: "x.y")), "x.y: wrong"),
      (
        ZooError(.badValue, "wrong", at: Place(path: "a", key: ""), advice: "do this"),
        "a: wrong\n  do this"
      ),
    ] as [(ZooError, String)])
  func rendering(_ error: ZooError, _ text: String) {
    #expect("\(error)" == text)
  }

  @Test("Codes are open, and equal by their text")
  func codes() {
    #expect(ZooError.Code("usage") == .usage)
    #expect("\(ZooError.Code("my-plugin"))" == "my-plugin")
  }
}
