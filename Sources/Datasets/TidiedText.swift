/// A value without the white space around it and without marks that no one sees.
///
/// White space is all that Unicode calls so (the no-break space, too) and control characters; zero-width
/// spaces, word joiners and byte-order marks are dropped wherever they stand, zero-width joiners at
/// the ends alone, since some scripts need them within.
func tidied(_ text: String) -> String {
  let bytes = text.utf8
  guard let first = bytes.first, let last = bytes.last else { return text }
  if first > 0x20, last > 0x20, bytes.allSatisfy({ $0 < 0x7f }) { return text }
  var scalars = text.unicodeScalars.filter { ![0x200b, 0x2060, 0xfeff].contains($0.value) }[...]
  while let scalar = scalars.first, isInvisible(scalar) { scalars.removeFirst() }
  while let scalar = scalars.last, isInvisible(scalar) { scalars.removeLast() }
  return String(String.UnicodeScalarView(scalars))
}

private func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
  scalar.properties.isWhitespace || scalar.properties.generalCategory == .control
    || (0x200c...0x200f).contains(scalar.value)
}
