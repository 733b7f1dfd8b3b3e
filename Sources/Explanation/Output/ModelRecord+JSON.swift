import Basics

extension ModelRecord {
  /// What `explanation.json` says of the model.
  func json(isTrainedOn: Bool?) -> JSONValue {
    [
      "name": name.json, "data": data.json,
      "synthetic": isSynthetic.json,
      "split": split.json,
      "cases": cases.json,
      "trainedOnThisImage": isTrainedOn.json,
      "testCases": testCount.json,
      "test": figures.map(\.json).json, "commonerClass": commoner?.json ?? nil,
    ]
  }
}

extension ModelRecord.Figure {
  fileprivate var json: JSONValue {
    [
      "name": name.json, "value": value.json,
      "interval": interval.map {
        JSONValue(
          .array([$0.lowerBound.json, $0.upperBound.json]))
      } ?? nil,
    ]
  }
}
