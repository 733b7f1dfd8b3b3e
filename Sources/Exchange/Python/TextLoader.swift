import Datasets

/// The part of the script that cuts a text into words and runs the 1-D CNN over their vectors.
struct TextLoader {
  let members: Int
  /// The convolutions of each member.
  let convolutions: Int
  let tokenizer: Tokenizer
  /// The most words that are read; nil for all.
  let maximumWords: Int?

  var text: String {
    let prefixes = members == 1 ? ["text."] : (1...members).map { "text.member\($0)." }
    return """

      def kind(c):
          if c.isdecimal():
              return "D"
      \(kinds)    return {"'": "A", "\\u2019": "A", ".": "P", "!": "E", "?": "E"\(moreEnds)}.get(c, "O")


      def words(text):
          kinds, found = "".join(map(kind, text)), []
          for match in re.finditer(r"\(pattern)", kinds):
              word = text[match.start():match.end()].lower().replace("\\u2019", "'")
      \(rules)        found.append(word)
          return \(result)


      def text_features(tensors, folder, text):
          vocabulary = (pathlib.Path(folder) / "vocabulary.txt").read_text(encoding="utf-8").split("\\n")
          index = {word: number for number, word in enumerate(vocabulary)}
          indices = torch.tensor([index.get(word, 1) for word in words(text)]\(limit) or [1])
          parts = []
          for prefix in (\(prefixes.map { "\"\($0)\"," }.joined(separator: " "))):
              x = F.embedding(indices, tensors[prefix + "embedding.weight"]).T[None]
              for key in (f"{prefix}convolutions.{number}." for number in range(\(convolutions))):
                  weight, bias = tensors[key + "weight"], tensors[key + "bias"]
                  y = F.conv1d(F.pad(x, (0, weight.shape[2] - 1)), weight, bias)
                  parts.append(F.relu(y).amax(2))
          return torch.cat(parts, 1)
      """
  }

  /// The kinds of letters: `L`; where characters are words, `C` for those of scripts without spaces
  /// and `M` for the marks that stand on them.
  private var kinds: String {
    guard tokenizer.unspaced == .characters else {
      return """
            if c.isalpha() or unicodedata.category(c) in ("Mn", "Mc", "Nl"):
                return "L"

        """
    }
    return """
          if unicodedata.category(c) in ("Mn", "Mc"):
              return "M"
          if c.isalpha() or unicodedata.category(c) == "Nl":
              return "C" if re.match("[\(UnspacedScript.pythonRanges)]", c) else "L"

      """
  }

  private var pattern: String {
    tokenizer.unspaced == .characters
      ? "CM*|(?:D+P(?=D))?[LMD](?:[LMD]|(?<=[LM])A(?=[LM]))*\(ends)"
      : "(?:D+P(?=D))?(?:[LD]|(?<=L)A(?=L))+\(ends)"
  }

  private var moreEnds: String {
    tokenizer.unspaced == .characters
      ? ", \"\\u3002\": \"E\", \"\\uff01\": \"E\", \"\\uff1f\": \"E\"" : ""
  }

  private var limit: String { maximumWords.map { "[:\($0)]" } ?? "" }
  private var ends: String { tokenizer.keepsSentenceEnds ? "|[PE]" : "" }

  /// What becomes of removed words, numbers and sentence ends; nothing for words as they are.
  private var rules: String {
    var lines = [
      "        if len(word) > 3 and set(word) == {\"x\"}:",
      "            word = \(tokenizer.keepsRemovedWords ? "\"\(Tokenizer.removedWord)\"" : "None")",
    ]
    if tokenizer.numbers == .merged {
      lines += [
        "        elif re.fullmatch(\"[DP]*D\", match.group()):",
        "            word = \"\(Tokenizer.numberWord)\"",
      ]
    }
    if tokenizer.keepsSentenceEnds {
      lines += [
        "        elif match.group() in \"PE\":",
        "            if not found or found[-1] == \".\":", "                continue",
        "            word = \".\"",
      ]
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private var result: String {
    tokenizer.keepsRemovedWords ? "found" : "[word for word in found if word is not None]"
  }
}
