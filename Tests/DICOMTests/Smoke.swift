import Testing
@testable import DICOM
@Suite struct SmokeTests { @Test("nothing") func nothing() {} }
