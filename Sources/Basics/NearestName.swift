/// The candidate closest to a misspelt name, or nil when none is close enough to be meant.
///
/// Closeness is the Damerau–Levenshtein distance (optimal string alignment), at most a third of the
/// longer word; ties go to the earlier candidate. What is more than a slip of one key, and begins one
/// candidate alone (`--out`, `--output`), is that one's beginning.
public func nearestName(to name: String, among candidates: [String]) -> String? {
  let wanted = Array(name.lowercased())
  var best: (distance: Int, name: String)?
  for candidate in candidates {
    let other = Array(candidate.lowercased())
    let distance = editDistance(wanted, other)
    guard distance <= max(1, max(wanted.count, other.count) / 3) else { continue }
    if best.map({ distance < $0.distance }) ?? true { best = (distance, candidate) }
  }
  if let best, best.distance <= 1 { return best.name }
  return onlyCompletion(of: wanted, among: candidates) ?? best?.name
}

/// The one candidate that begins with a text of two letters or more; nil where several do.
private func onlyCompletion(of wanted: [Character], among candidates: [String]) -> String? {
  guard wanted.count(where: { $0.isLetter || $0.isNumber }) > 1 else { return nil }
  let longer = candidates.filter { $0.lowercased().starts(with: wanted) }
  return longer.count == 1 ? longer[0] : nil
}

/// The sentence that names the valid choices, and the nearest one where there is one.
public func suggestion(for name: String, among candidates: [String]) -> String {
  let nearest = nearestName(to: name, among: candidates).map { "did you mean \"\($0)\"? " } ?? ""
  return nearest + "valid: \(candidates.joined(separator: ", "))"
}

private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
  if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
  var beforePrevious = [Int](repeating: 0, count: b.count + 1)
  var previous = Array(0...b.count)
  for i in 1...a.count {
    var current = [i] + [Int](repeating: 0, count: b.count)
    for j in 1...b.count {
      let substitution = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
      current[j] = min(previous[j] + 1, current[j - 1] + 1, substitution)
      if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
        current[j] = min(current[j], beforePrevious[j - 2] + 1)
      }
    }
    (beforePrevious, previous) = (previous, current)
  }
  return previous[b.count]
}
