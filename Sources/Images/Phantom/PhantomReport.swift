import Basics

/// Writes the reports of the phantom sample, in the style of a FINDINGS paragraph.
enum PhantomReport {
  /// A report that speaks of the given findings and calls all else normal.
  ///
  /// The organs come in varying order, some are left out, and sentences about old, resolved or
  /// absent findings stand in normal and abnormal reports alike, so that words alone mislead.
  ///
  /// - Parameters:
  ///   - findings: What is reported; empty for a normal report.
  ///   - random: The stream to draw from.
  /// - Returns: The sentences, joined by spaces.
  static func write(about findings: [PhantomFinding], random: inout RandomStream) -> String {
    var parts: [(organ: PhantomSentences.Organ, text: String)] = []
    for organ in PhantomSentences.Organ.allCases {
      let here = findings.filter { PhantomSentences.organ(of: $0.kind) == organ }
      for finding in here {
        parts.append((organ, sentence(about: finding, random: &random)))
      }
      if here.isEmpty {
        if organ.mayBeLeftOut && random.uniform() < 0.3 { continue }
        parts.append((organ, pick(PhantomSentences.normal(organ), &random)))
      } else if organ == .pleura && random.uniform() < 0.6 {
        let other = here[0].kind == .effusion ? "pneumothorax" : "pleural effusion"
        if here.count == 1 { parts.append((organ, "There is no \(other).")) }
      } else if organ == .lungs && random.uniform() < 0.4 {
        parts.append((organ, pick(PhantomSentences.otherwiseClear, &random)))
      }
    }
    // The paragraph begins with the heart or with the lungs.
    if random.uniform() < 0.4 {
      let lungs = parts.filter { $0.organ == .lungs || $0.organ == .pleura }
      parts = lungs + parts.filter { $0.organ != .lungs && $0.organ != .pleura }
    }
    var sentences = parts.map(\.text)
    let oldShare = findings.isEmpty ? 0.2 : 0.12
    if random.uniform() < oldShare {
      let old = fill(pick(PhantomSentences.old, &random), placeDrawnFrom: &random)
      sentences.insert(old, at: random.below(sentences.count + 1))
    }
    if random.uniform() < 0.25 {
      sentences.insert(pick(PhantomSentences.technique, &random), at: 0)
    }
    if random.uniform() < 0.2 { sentences.append(pick(PhantomSentences.closing, &random)) }
    return sentences.joined(separator: " ")
  }

  private static func sentence(
    about finding: PhantomFinding, random: inout RandomStream
  ) -> String {
    let templates =
      finding.isFaint
      ? PhantomSentences.faint(finding.kind) : PhantomSentences.clear(finding.kind)
    return fill(pick(templates, &random), side: finding.side, zone: finding.zone, &random)
  }

  private static func fill(_ template: String, placeDrawnFrom random: inout RandomStream) -> String
  {
    let side = PhantomFinding.Side.allCases[random.below(2)]
    let zone = PhantomFinding.Zone.allCases[random.below(3)]
    return fill(template, side: side, zone: zone, &random)
  }

  /// Puts side, region and size in the places of `{side}`, `{region}` and `{mm}`, and a capital
  /// letter at the start.
  private static func fill(
    _ template: String, side: PhantomFinding.Side, zone: PhantomFinding.Zone,
    _ random: inout RandomStream
  ) -> String {
    let lobe = zone == .mid ? (side == .right ? "middle" : "upper") : zone.rawValue
    let region =
      random.uniform() < 0.5
      ? "\(side.rawValue) \(lobe) lobe" : "\(side.rawValue) \(zone.rawValue) lung zone"
    let parts: [String: String] = [
      "{side}": side.rawValue, "{region}": region, "{mm}": String(8 + random.below(18)),
    ]
    // A template is plain text with a few marks: split at the braces.
    var text = ""
    var rest = Substring(template)
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
      text += rest[..<open]
      text += parts[String(rest[open...close])] ?? ""
      rest = rest[rest.index(after: close)...]
    }
    text += rest
    return text.prefix(1).uppercased() + text.dropFirst()
  }

  private static func pick(_ choices: [String], _ random: inout RandomStream) -> String {
    choices[random.below(choices.count)]
  }
}
