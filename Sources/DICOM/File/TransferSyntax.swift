/// How the pixels of a file are packed, by the UID that it states.
enum TransferSyntax {
  private static let names = [
    "1.2.840.10008.1.2": "implicit VR, little endian",
    "1.2.840.10008.1.2.1": "explicit VR, little endian",
    "1.2.840.10008.1.2.1.99": "deflated",
    "1.2.840.10008.1.2.2": "explicit VR, big endian",
    "1.2.840.10008.1.2.4.50": "JPEG baseline",
    "1.2.840.10008.1.2.4.51": "JPEG extended",
    "1.2.840.10008.1.2.4.57": "JPEG lossless",
    "1.2.840.10008.1.2.4.70": "JPEG lossless, first order",
    "1.2.840.10008.1.2.4.80": "JPEG-LS lossless",
    "1.2.840.10008.1.2.4.81": "JPEG-LS near-lossless",
    "1.2.840.10008.1.2.4.90": "JPEG 2000 lossless",
    "1.2.840.10008.1.2.4.91": "JPEG 2000",
    "1.2.840.10008.1.2.4.201": "HTJ2K lossless",
    "1.2.840.10008.1.2.4.202": "HTJ2K lossless, RPCL",
    "1.2.840.10008.1.2.4.203": "HTJ2K",
    "1.2.840.10008.1.2.4.100": "MPEG-2 video",
    "1.2.840.10008.1.2.4.102": "MPEG-4 video",
    "1.2.840.10008.1.2.5": "RLE",
  ]
  /// Big endian, whose 32-bit words the library turns around by halves.
  static let bigEndian = "1.2.840.10008.1.2.2"
  /// What the UIDs of every JPEG begin with.
  static let jpegs = "1.2.840.10008.1.2.4."

  /// What a person calls it.
  static func name(_ uid: String) -> String { names[uid] ?? "transfer syntax \(uid)" }
}
