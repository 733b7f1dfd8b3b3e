import Basics
import Images

extension CaseExplanation {
  /// The version of `explanation.json`'s form.
  package static let schema = 1

  /// What is seen in each map with the settings, in the order of `images`.
  package var sights: [Sight] {
    images.map { Sight($0.map, sensitivity: settings.sensitivity, rule: settings.rule) }
  }

  /// `explanation.json`; docs/explain.md tells what the members are.
  package var json: JSONValue {
    [
      "schema": JSONValue(.integer(CaseExplanation.schema)),
      "notice": JSONValue(.string(CaseExplanation.notice)),
      "model": JSONValue(.string(model)),
      "prediction": [
        "label": JSONValue(.string(label)), "positive": JSONValue(.string(labels[1])),
        "logit": JSONValue(.number(logit)), "probability": JSONValue(.number(probability)),
        "threshold": JSONValue(.number(threshold)),
      ],
      "record": record?.json(isTrainedOn: isTrainedOn) ?? nil, "settings": settings.json,
      "attributions": JSONValue(.string(CaseExplanation.attributionsFile)),
      "image": imageJSON, "text": textJSON, "joint": joint?.json ?? nil,
      "warnings": JSONValue(.array(warnings.map { JSONValue(.string($0)) })),
    ]
  }

  /// What every explanation says of itself.
  package static let notice =
    "This is no diagnosis. It shows what a trained model reacted to, which need not be what is "
    + "wrong with a patient."
  /// The file of all maps and word scores.
  package static let attributionsFile = "attributions.safetensors"

  private var imageJSON: JSONValue {
    guard let picture else { return nil }
    let geometry = picture.geometry
    let sights = sights
    return [
      "file": JSONValue(.string(picture.path)),
      "width": JSONValue(.integer(geometry.width)),
      "height": JSONValue(.integer(geometry.height)),
      "seen": [
        "width": JSONValue(.integer(picture.seen.width)),
        "height": JSONValue(.integer(picture.seen.height)),
      ],
      "toOriginal": geometry.json,
      "methods": JSONValue(
        .array(
          zip(images, sights).map { image, sight in
            JSONValue(
              .object(
                [
                  ("method", JSONValue(.string(image.method))),
                  ("title", JSONValue(.string(image.title))),
                  ("tensor", JSONValue(.string("image.\(image.method)"))),
                  ("overlay", JSONValue(.string("overlay-\(image.method).png"))),
                  ("path", image.path?.json ?? nil),
                ] + sight.members(geometry: geometry, mapWidth: image.map.width)))
          })),
    ]
  }

  private var textJSON: JSONValue {
    guard let text, let words else { return nil }
    return [
      "report": JSONValue(.string(text)), "path": words.path.json,
      "words": JSONValue(
        .array(
          words.words.map { word in
            [
              "written": JSONValue(.string(word.written)), "token": JSONValue(.string(word.token)),
              "start": JSONValue(.integer(word.range.lowerBound)),
              "end": JSONValue(.integer(word.range.upperBound)),
              "state": JSONValue(.string(word.state.rawValue)),
              "gradient": JSONValue(.number(word.gradient)),
              "integrated": JSONValue(.number(word.integrated)),
            ]
          })),
    ]
  }
}

extension ExplanationSettings {
  var json: JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("sightSensitivity", JSONValue(.number(sensitivity))),
      ("clustering", JSONValue(.string(rule.name))),
    ]
    if case .wardLoss(let loss) = rule {
      members.append(("relativeLoss", JSONValue(.number(loss))))
    }
    if let bits { members.append(("bits", JSONValue(.integer(bits)))) }
    members += [
      ("nodes", JSONValue(.integer(integration.nodes))),
      ("maximumNodes", JSONValue(.integer(integration.maximumNodes))),
      ("tolerance", JSONValue(.number(integration.tolerance))),
      ("precision", JSONValue(.string(usesDoublePrecision ? "double" : "single"))),
    ]
    return JSONValue(.object(members))
  }
}

extension ImageGeometry {
  var json: JSONValue {
    [
      "scaleX": JSONValue(.number(scale.x)), "scaleY": JSONValue(.number(scale.y)),
      "originX": JSONValue(.number(origin.x)), "originY": JSONValue(.number(origin.y)),
    ]
  }
}

extension PathSummary {
  var json: JSONValue {
    [
      "nodes": JSONValue(.integer(nodes)), "change": JSONValue(.number(change)),
      "baselineLogit": JSONValue(.number(baselineScore)), "delta": JSONValue(.number(delta)),
      "isComplete": JSONValue(.boolean(isComplete)),
    ]
  }
}

extension JointExplanation {
  var json: JSONValue {
    [
      "image": JSONValue(.number(image)), "text": JSONValue(.number(text)),
      "imageShare": imageShare.map { JSONValue(.number($0)) } ?? nil, "path": path.json,
    ]
  }
}

extension Circle {
  var json: JSONValue {
    [
      "x": JSONValue(.number(x)), "y": JSONValue(.number(y)), "radius": JSONValue(.number(radius)),
    ]
  }
}

extension Sight {
  fileprivate func members(geometry: ImageGeometry, mapWidth: Int)
    -> [(key: String, value: JSONValue)]
  {
    func integers(_ values: [Int]) -> JSONValue {
      JSONValue(.array(values.map { JSONValue(.integer($0)) }))
    }
    return [
      ("isFlat", JSONValue(.boolean(signals.isFlat))),
      ("signals", integers(signals.points)),
      ("signalsAsked", JSONValue(.integer(signals.asked))),
      ("threshold", signals.threshold.map { JSONValue(.number(Double($0))) } ?? nil),
      ("clustered", JSONValue(.integer(kept.count))),
      ("clusters", JSONValue(.integer(clusters))),
      ("silhouettes", JSONValue(.array(silhouettes.map { JSONValue(.number($0)) }))),
      ("relativeLoss", relativeLoss.map { JSONValue(.number($0)) } ?? nil),
      (
        "neighbourhoods",
        JSONValue(
          .array(
            neighbourhoods.map { one in
              [
                "circle": one.circle(in: geometry, mapWidth: mapWidth).json,
                "seenCircle": one.circle.json, "mass": JSONValue(.number(one.mass)),
                "points": integers(one.points),
              ]
            }))
      ),
    ]
  }
}
