import Foundation

/// File systems that are one machine's own as a rule.
package enum LocalDisk {
  private static let names = [
    "ext2/ext3": "ext4", "xfs": "XFS", "btrfs": "Btrfs", "tmpfs": "tmpfs", "overlayfs": "overlayfs",
    "zfs": "ZFS",
  ]

  /// The name of the file system that a folder lies on, where it is of that kind; nil for others, NFS and Lustre among
  /// them, and where the system's `stat` does not tell.
  package static func kind(of folder: String) -> String? {
    guard let stat = try? ForeignProgram("stat", advice: ""),
      let kind = try? stat.run(["--file-system", "--format=%T", folder])
    else { return nil }
    return names[kind.trimmingCharacters(in: .whitespacesAndNewlines)]
  }
}
