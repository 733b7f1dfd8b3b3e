import Foundation

/// Files written by Python's safetensors 0.8.0, in base64; `Resources/make_fixtures.py` makes them.
enum Fixtures {
  /// Six tensors of F32, out of order, with a scalar, an empty one and one text of metadata.
  static let float32 = decoded(
    """
    oAEAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJmb3JtYXQiOiJwXHR0L8OpIn0sIlrDvHJpY2gvXCJxdW90ZWRcIlxcXG4i\
    OnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6WzFdLCJkYXRhX29mZnNldHMiOlswLDRdfSwiYmlhcyI6eyJkdHlwZSI6IkYz\
    MiIsInNoYXBlIjpbMl0sImRhdGFfb2Zmc2V0cyI6WzQsMTJdfSwibm9uZSI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpb\
    MiwwLDNdLCJkYXRhX29mZnNldHMiOlsxMiwxMl19LCJzY2FsYXIiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6W10sImRh\
    dGFfb2Zmc2V0cyI6WzEyLDE2XX0sIndlaWdodCI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbMiwzXSwiZGF0YV9vZmZz\
    ZXRzIjpbMTYsNDBdfSwid2VpZ2h0LjEiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6WzFdLCJkYXRhX29mZnNldHMiOls0\
    MCw0NF19fSAgIAAA4EAAAAA/AACAPgAAKEIAAIA/AAAgwOZVIwEAAIB/zczMPQAAAIAAABBB
    """)

  /// No tensors, no metadata.
  static let empty = decoded(
    """
    CAAAAAAAAAB7fSAgICAgIA==
    """)

  /// One tensor of each element type that numpy has.
  static let mixed = decoded(
    """
    AAIAAAAAAAB7Imk2NCI6eyJkdHlwZSI6Ikk2NCIsInNoYXBlIjpbXSwiZGF0YV9vZmZzZXRzIjpbMCw4XX0sImY2NCI6\
    eyJkdHlwZSI6IkY2NCIsInNoYXBlIjpbM10sImRhdGFfb2Zmc2V0cyI6WzgsMzJdfSwiZjMyIjp7ImR0eXBlIjoiRjMy\
    Iiwic2hhcGUiOlsxXSwiZGF0YV9vZmZzZXRzIjpbMzIsMzZdfSwiaTMyIjp7ImR0eXBlIjoiSTMyIiwic2hhcGUiOlsx\
    XSwiZGF0YV9vZmZzZXRzIjpbMzYsNDBdfSwiZjE2Ijp7ImR0eXBlIjoiRjE2Iiwic2hhcGUiOls0XSwiZGF0YV9vZmZz\
    ZXRzIjpbNDAsNDhdfSwiaTE2Ijp7ImR0eXBlIjoiSTE2Iiwic2hhcGUiOlsxXSwiZGF0YV9vZmZzZXRzIjpbNDgsNTBd\
    fSwiaTgiOnsiZHR5cGUiOiJJOCIsInNoYXBlIjpbMV0sImRhdGFfb2Zmc2V0cyI6WzUwLDUxXX0sInU4Ijp7ImR0eXBl\
    IjoiVTgiLCJzaGFwZSI6WzJdLCJkYXRhX29mZnNldHMiOls1MSw1M119LCJib29sZWFuIjp7ImR0eXBlIjoiQk9PTCIs\
    InNoYXBlIjpbM10sImRhdGFfb2Zmc2V0cyI6WzUzLDU2XX19INIEAAAAAAAAmpmZmZmZuT+cdQCIPOQ3fgAAAAAAAADA\
    zczMPQUAAAAAPAC4/3sBAP3///8AAQAB
    """)

  private static func decoded(_ base64: String) -> Data { Data(base64Encoded: base64) ?? Data() }
}

/// A safetensors file of a header and so many bytes of data, all zero.
func tensorFile(_ header: some Sequence<UInt8>, dataSize: Int = 0, length: UInt64? = nil) -> Data {
  let header = Array(header)
  let field = (length ?? UInt64(header.count)).littleEndian
  return withUnsafeBytes(of: field) { Data($0) } + header + Data(count: dataSize)
}
