import Basics
import Datasets
import TestSupport
import Testing

@testable import ExternalEvaluation

@Suite("What tables say beside what is learnt")
struct CaseAttributesTests {
  @Test(
    "Ages become bands, whatever their unit",
    arguments: [
      ("58", "40–59"), ("058Y", "40–59"), ("013M", "0–17"), ("215M", "0–17"), ("216M", "18–39"),
      ("021D", "0–17"), ("80", "80+"), ("17.9", "0–17"), ("", nil), ("old", nil), ("411", nil),
      ("5 cats", nil),
    ] as [(String, String?)])
  func bands(_ text: String, _ band: String?) { #expect(AgeBand.name(text) == band) }

  @Test("Groups follow cases by their rows, known other names of columns are found, others refused")
  func groups() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/t.csv"
      try AtomicFile.write(
        "id,Patient Sex,Patient Age,label,site\na,M,58,x,1\nb,F,070Y,y,\n\nc,nan,3,x,2\n", to: path)
      let set = try CaseSet.csv(
        path: path, columns: CSVColumns(id: "id", label: "label"))
      var attributes = CaseAttributes(TableOptions())
      let reversed = Array(set.cases.reversed())
      #expect(try attributes.groups("sex", of: reversed) == [nil, "F", "M"])
      #expect(try attributes.groups("ageBand", of: reversed) == ["0–17", "60–79", "40–59"])
      #expect(try attributes.groups("site", of: set.cases) == ["1", nil, "2"])
      let message = errorText { _ = try attributes.groups("sitte", of: set.cases) }
      #expect(message.contains("no column \"sitte\"") && message.contains("site"))
    }
  }
}
