import Basics
import Conformance
import EncoderKit
import Foundation

/// An encoder as `zoo list` shows it.
struct ListedEncoder {
  let description: EncoderDescription
  /// The plugin that it comes from.
  let family: String
  /// What it costs on this machine, where that was asked for.
  var costs: EncoderCosts?
  /// Why it could not be measured.
  var problem: String?

  init(_ description: EncoderDescription, family: String) {
    (self.description, self.family) = (description, family)
  }

  var name: String { description.name }

  /// The year of its paper, which stands at the end of the title: `(Huang et al., 2017)`.
  var year: Int? {
    guard let last = description.paper.split(separator: " ").last else { return nil }
    return Int(last.prefix { $0.isNumber })
  }

  /// A line of the list.
  func line(_ width: Int, _ familyWidth: Int) -> String {
    let start =
      "\(ZooCommand.pad(name, width))  \(ZooCommand.pad(description.modality.rawValue, 6))"
      + "  \(ZooCommand.pad(family, familyWidth))  \(year.map(String.init) ?? "    ")"
    if let problem { return "\(start)  not measured: \(problem)" }
    guard let costs else { return "\(start)  \(description.summary)" }
    let size = costs.size.map { " at \($0) pixels" } ?? " for 60 words"
    return start
      + String(
        format:
          "  %7.2f million parameters, %6.2f billion multiply-adds%@, %7.1f cases a second in batches of 8",
        Double(costs.parameters) / 1e6, Double(costs.multiplyAdds) / 1e9, size, costs.batched)
  }

  var json: JSONValue {
    guard case .object(var members) = ZooCommand.json(description).content else { return [:] }
    members.append(("family", family.json))
    members.append(("year", year.json))
    if let costs {
      members.append(
        (
          "costs",
          [
            "features": costs.featureWidth.json, "parameters": costs.parameters.json,
            "multiplyAdds": costs.multiplyAdds.json, "size": costs.size.json,
            "casesPerSecond": ["alone": costs.alone.json, "batched": costs.batched.json],
            "trainingBytes": costs.trainingBytes.json,
          ]
        ))
    }
    if let problem { members.append(("problem", problem.json)) }
    return JSONValue(.object(members))
  }
}
