/// Why a file is not read, without its name.
enum DICOMFault: Error, Equatable {
  /// What the file says of itself can't be.
  case damaged(String)
  /// It may be right, and is not read here.
  case unsupported(String)
}
