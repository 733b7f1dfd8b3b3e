import Basics

extension ModelRecord {
  /// What `explanation.json` says of the model.
  func json(isTrainedOn: Bool?) -> JSONValue {
    [
      "name": JSONValue(.string(name)), "data": data.map { JSONValue(.string($0)) } ?? nil,
      "synthetic": JSONValue(.boolean(isSynthetic)),
      "split": split.map { JSONValue(.string($0)) } ?? nil,
      "cases": JSONValue(.array(cases.map { JSONValue(.integer($0)) })),
      "trainedOnThisImage": isTrainedOn.map { JSONValue(.boolean($0)) } ?? nil,
      "testCases": JSONValue(.integer(testCount)),
      "test": JSONValue(.array(figures.map(\.json))), "commonerClass": commoner?.json ?? nil,
    ]
  }
}

extension ModelRecord.Figure {
  fileprivate var json: JSONValue {
    [
      "name": JSONValue(.string(name)), "value": JSONValue(.number(value)),
      "interval": interval.map {
        JSONValue(
          .array([JSONValue(.number($0.lowerBound)), JSONValue(.number($0.upperBound))]))
      } ?? nil,
    ]
  }
}
