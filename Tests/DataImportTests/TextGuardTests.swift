import DataImport
import Images
import Testing

@Suite("What may tell who a patient is")
struct TextGuardTests {
  private func cleaned(_ text: String, _ names: [String] = []) -> (
    text: String, counts: [TextGuard.Kind: Int]
  ) {
    TextGuard().cleaned(text, names: names)
  }

  @Test(
    "Dates, telephone numbers, e-mail, long numbers and titles with names are taken out",
    arguments: [
      ("Compared with 12.03.2014 stable.", "Compared with XXXX stable.", TextGuard.Kind.date),
      ("Compared with 2014-03-12 stable.", "Compared with XXXX stable.", .date),
      ("Compared with 3/12/14 stable.", "Compared with XXXX stable.", .date),
      ("Study of 12 March 2014.", "Study of XXXX.", .date),
      ("Study of March 12, 2014.", "Study of XXXX.", .date),
      ("Vom 12. März 2014.", "Vom XXXX.", .date),
      ("Call +49 511 1234567 at once.", "Call XXXX at once.", .phone),
      ("Call 0511 / 123456.", "Call XXXX.", .phone),
      ("Ask j.doe@ward.example now.", "Ask XXXX now.", .mail),
      ("MRN 00123456 seen.", "MRN XXXX seen.", .number),
      ("Accession AC-9912345 seen.", "Accession XXXX seen.", .number),
      ("Discussed with Dr. Smith today.", "Discussed with XXXX today.", .title),
      ("Befund an Frau Dr. med. Müller-Lüdenscheidt.", "Befund an XXXX.", .title),
    ])
  func kinds(_ text: String, _ expected: String, _ kind: TextGuard.Kind) {
    let found = cleaned(text)
    #expect(found.text == expected)
    #expect(found.counts == [kind: 1])
  }

  @Test("Measures, levels and plain words stay")
  func stays() {
    for text in [
      "Opacity of 2.4 cm at T12-L1, 5/10 mm.", "Heart size is 52 % of 30.5 cm.",
      "No change over 3-4 weeks.", "Drain removed. Frontal view.",
    ] {
      let found = cleaned(text)
      #expect(found.text == text && found.counts.isEmpty, "\(found)")
    }
  }

  @Test("Names of the files are found in any case, as whole words")
  func names() {
    let found = cleaned(
      "doe, JANE: Janeway lesions; seen by house.", ["DOE^JANE^A", "HOUSE^GREGORY"])
    #expect(found.text == "XXXX, XXXX: Janeway lesions; seen by XXXX.")
    #expect(found.counts == [.name: 3])
  }
}

@Suite("Letters burned into pictures")
struct BurnedInTextTests {
  /// A dark picture with blocks like letters in a line.
  private func picture(letters: Int, y: Int = 20) -> PixelImage {
    var pixels = [UInt8](repeating: 20, count: 512 * 512)
    for letter in 0..<letters {
      for dy in 0..<14 {
        for dx in 0..<9 { pixels[(y + dy) * 512 + 20 + letter * 18 + dx] = 250 }
      }
    }
    return PixelImage(width: 512, height: 512, channels: 1, pixels: pixels)
  }

  @Test("A line of letters at a border is seen; a side marker, or letters inside, are not")
  func lines() {
    #expect(BurnedInText.seems(in: picture(letters: 8)))
    #expect(!BurnedInText.seems(in: picture(letters: 1)))
    #expect(!BurnedInText.seems(in: picture(letters: 0)))
    let inside = picture(letters: 8, y: 250).pixels
    let shifted = (0..<512 * 512).map { index -> UInt8 in
      let (x, y) = (index % 512, index / 512)
      return x >= 150 && x < 400 ? inside[y * 512 + x - 150 + 10] : 20
    }
    #expect(
      !BurnedInText.seems(
        in: PixelImage(width: 512, height: 512, channels: 1, pixels: shifted)))
  }
}
