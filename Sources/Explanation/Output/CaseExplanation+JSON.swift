import Basics
import Images
import Studies

extension CaseExplanation {
  /// The version of `explanation.json`'s form.
  package static let schema = 1

  /// What is seen in each map with the settings, in the order of `images`.
  package var sights: [Sight] {
    sights(of: images)
  }

  func sights(of images: [ImageExplanation]) -> [Sight] {
    images.map { Sight($0.map, sensitivity: settings.sensitivity, rule: settings.rule) }
  }

  /// `explanation.json`; docs/explain.md tells what the members are.
  package var json: JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("schema", CaseExplanation.schema.json), ("notice", CaseExplanation.notice.json),
      ("model", model.json),
      ("prediction", prediction),
      ("record", record?.json(isTrainedOn: isTrainedOn) ?? nil), ("settings", settings.json),
      ("attributions", CaseExplanation.attributionsFile.json),
      ("image", picture.map { imageJSON($0, images, number: 1) } ?? nil),
    ]
    if !views.isEmpty { members.append(("views", views.enumerated().map(viewJSON).json)) }
    members += [
      ("text", textJSON), ("joint", joint?.json ?? nil), ("warnings", warnings.json),
    ]
    return JSONValue(.object(members))
  }

  /// One of several pictures: the first is told in `image`, too.
  private func viewJSON(_ place: Int, _ view: ViewExplanation) -> JSONValue {
    [
      "view": view.view.json, "share": view.share.json,
      "shareOf": (view.isAttention ? "attention" : "attribution").json,
      "image": imageJSON(view.picture, view.images, number: place + 1),
    ]
  }

  /// What the overlay of a map is called; `number` is that of the picture, from 1.
  static func overlayFile(_ method: String, number: Int) -> String {
    "overlay-\(method)\(number == 1 ? "" : "-picture\(number)").png"
  }

  /// What the tensor of a map is called.
  static func tensorName(_ method: String, number: Int) -> String {
    "image\(number == 1 ? "" : "\(number)").\(method)"
  }

  private var prediction: JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("label", label.json), ("positive", labels[1].json), ("logit", logit.json),
      ("probability", probability.json), ("threshold", threshold.json),
    ]
    if isContrast { members.append(("against", labels[0].json)) }
    if let answer {
      members += [("about", about.json), ("answers", answer.sorted.map(\.json).json)]
    }
    return JSONValue(.object(members))
  }

  /// What every explanation says of itself.
  package static let notice =
    "This is no diagnosis. It shows what a trained model reacted to, which need not be what is "
    + "wrong with a patient."
  /// The file of all maps and word scores.
  package static let attributionsFile = "attributions.safetensors"

  private func imageJSON(_ picture: Picture, _ images: [ImageExplanation], number: Int)
    -> JSONValue
  {
    let geometry = picture.geometry
    let sights = sights(of: images)
    return [
      "file": picture.path.json, "width": geometry.width.json, "height": geometry.height.json,
      "seen": [
        "width": picture.seen.width.json, "height": picture.seen.height.json,
      ],
      "toOriginal": geometry.json,
      "methods": JSONValue(
        .array(
          zip(images, sights).map { image, sight in
            JSONValue(
              .object(
                [
                  ("method", image.method.json), ("title", image.title.json),
                  ("tensor", CaseExplanation.tensorName(image.method, number: number).json),
                  ("overlay", CaseExplanation.overlayFile(image.method, number: number).json),
                  ("path", image.path?.json ?? nil),
                ] + sight.members(geometry: geometry, mapWidth: image.map.width)))
          })),
    ]
  }

  private var textJSON: JSONValue {
    guard let text, let words else { return nil }
    return [
      "report": text.json, "path": words.path.json,
      "words": JSONValue(
        .array(
          words.words.map { word in
            [
              "written": word.written.json, "token": word.token.json,
              "start": word.range.lowerBound.json, "end": word.range.upperBound.json,
              "state": word.state.rawValue.json, "gradient": word.gradient.json,
              "integrated": word.integrated.json,
            ]
          })),
    ]
  }
}

extension ExplanationSettings {
  var json: JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("sightSensitivity", sensitivity.json), ("clustering", rule.name.json),
    ]
    if case .wardLoss(let loss) = rule {
      members.append(("relativeLoss", loss.json))
    }
    if let bits { members.append(("bits", bits.json)) }
    members += [
      ("nodes", integration.nodes.json), ("maximumNodes", integration.maximumNodes.json),
      ("tolerance", integration.tolerance.json),
      ("precision", (usesDoublePrecision ? "double" : "single").json),
    ]
    return JSONValue(.object(members))
  }
}

extension ImageGeometry {
  var json: JSONValue {
    [
      "scaleX": scale.x.json, "scaleY": scale.y.json,
      "originX": origin.x.json, "originY": origin.y.json,
    ]
  }
}

extension PathSummary {
  var json: JSONValue {
    [
      "nodes": nodes.json, "change": change.json,
      "baselineLogit": baselineScore.json, "delta": delta.json, "isComplete": isComplete.json,
    ]
  }
}

extension JointExplanation {
  var json: JSONValue {
    [
      "image": image.json, "text": text.json, "imageShare": imageShare.json, "path": path.json,
    ]
  }
}

extension Circle {
  var json: JSONValue {
    [
      "x": x.json, "y": y.json, "radius": radius.json,
    ]
  }
}

extension Sight {
  fileprivate func members(geometry: ImageGeometry, mapWidth: Int)
    -> [(key: String, value: JSONValue)]
  {
    func integers(_ values: [Int]) -> JSONValue {
      values.json
    }
    return [
      ("isFlat", signals.isFlat.json), ("signals", integers(signals.points)),
      ("signalsAsked", signals.asked.json),
      ("threshold", signals.threshold.map { Double($0).json } ?? nil),
      ("clustered", kept.count.json), ("clusters", clusters.json),
      ("silhouettes", silhouettes.json), ("relativeLoss", relativeLoss.json),
      (
        "neighbourhoods",
        JSONValue(
          .array(
            neighbourhoods.map { one in
              [
                "circle": one.circle(in: geometry, mapWidth: mapWidth).json,
                "seenCircle": one.circle.json, "mass": one.mass.json,
                "points": integers(one.points),
              ]
            }))
      ),
    ]
  }
}
