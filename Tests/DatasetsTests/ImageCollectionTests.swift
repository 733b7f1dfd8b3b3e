import Basics
import Testing

@testable import Datasets

@Suite("Published collections")
struct ImageCollectionTests {
  @Test(
    "Cases are recognised by id or name of image, others are not",
    arguments: [
      ("00000001_000", nil, "chestx-ray14"), ("7", "x/00030805_012.png", "chestx-ray14"),
      ("20230101_001", nil, nil), ("00000001_0000", nil, nil), ("00000000_000", nil, nil),
      ("CXR12_IM-0001-3001", nil, "open-i"), ("1", "i/12_IM-0001-4001.dcm.png", "open-i"),
      ("1", "CXR12_1_IM-0001-3001.png", "open-i"), ("CXR12", nil, nil), ("12_IM-01-3001", nil, nil),
      ("1", "d/patient00001/study1/view1_frontal.jpg", "chexpert"),
      ("1", "f/p10/p10000032/s50414267/a.jpg", "mimic-cxr"), ("p1", "images/p1.png", nil),
    ] as [(String, String?, String?)])
  func recognised(_ id: String, _ path: String?, _ expected: String?) {
    #expect(
      ImageCollection.recognised(Case(id: id, imagePath: path, source: Place())) == expected)
  }
}
