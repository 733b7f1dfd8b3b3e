/// An element that a person may want to see of a file.
struct DescribedElement {
  let tag: DICOMTag
  let name: String

  private init(_ tag: UInt32, _ name: String) {
    (self.tag, self.name) = (DICOMTag(tag), name)
  }

  /// Of the picture and the machine.
  static let plain: [DescribedElement] = [
    (0x0008_0060, "modality"), (0x0008_0070, "manufacturer"), (0x0008_1090, "model"),
    (0x0018_0015, "body part"), (0x0018_5101, "view"), (0x0020_0060, "laterality"),
    (0x0020_0062, "image laterality"), (0x0020_0020, "patient orientation"),
    (0x0008_0008, "image type"), (0x0028_0008, "frames"), (0x0028_0010, "rows"),
    (0x0028_0011, "columns"), (0x0028_0002, "samples per pixel"),
    (0x0028_0004, "photometric interpretation"), (0x0028_0006, "planar configuration"),
    (0x0028_0100, "bits allocated"), (0x0028_0101, "bits stored"), (0x0028_0102, "high bit"),
    (0x0028_0103, "signed"), (0x0028_0030, "pixel spacing"), (0x0018_1164, "detector spacing"),
    (0x0028_0120, "padding value"), (0x0028_0121, "padding limit"),
    (0x0028_1053, "rescale slope"), (0x0028_1052, "rescale intercept"),
    (0x0028_1054, "rescale type"), (0x0028_1050, "window centre"), (0x0028_1051, "window width"),
    (0x0028_1055, "window names"), (0x0028_1056, "window function"),
    (0x2050_0020, "presentation"), (0x0028_2110, "lossy compression"),
    (0x0028_2112, "compression ratio"), (0x0028_0301, "burned-in annotation"),
    (0x6000_0010, "overlay rows"),
  ].map { DescribedElement($0, $1) }

  /// Of the patient, the visit and the place.
  static let identifying: [DescribedElement] = [
    (0x0010_0010, "patient's name"), (0x0010_0020, "patient id"),
    (0x0010_0030, "date of birth"), (0x0010_0040, "sex"), (0x0010_1010, "age"),
    (0x0010_4000, "comments on the patient"), (0x0008_0020, "study date"),
    (0x0008_0030, "study time"), (0x0008_0050, "accession number"),
    (0x0008_0080, "institution"), (0x0008_0081, "institution's address"),
    (0x0008_0090, "referring physician"), (0x0008_1010, "station"),
    (0x0008_1030, "study description"), (0x0008_103e, "series description"),
    (0x0008_1050, "performing physician"), (0x0008_1070, "operator"), (0x0020_000d, "study UID"),
    (0x0020_000e, "series UID"), (0x0008_0018, "instance UID"), (0x0020_0010, "study id"),
    (0x0018_1000, "device's number"),
  ].map { DescribedElement($0, $1) }
}
