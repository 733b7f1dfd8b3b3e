import Basics

/// A published collection of radiographs: where its archives are, and what may be done with them.
package struct PublishedCollection: Sendable {
  /// An archive that its publisher offers.
  package struct Archive: Sendable, Equatable {
    /// What holds it.
    package enum Content: Sendable {
      /// Reports, which are read where they are.
      case reports
      /// Pictures, which are unpacked.
      case pictures
    }

    package let fileName: String
    package let url: String
    /// About how many bytes it has, for a person to know.
    package let size: Int
    let content: Content
  }

  /// The name on the command line.
  package let name: String
  package let title: String
  package let licence: String
  /// The publisher's page.
  package let page: String
  package let archives: [Archive]
  /// Tables that its publisher offers under no address of their own.
  package let tables: [String]

  /// All of them.
  package static let all = [openI, chestXray14]

  /// The one of a name.
  ///
  /// - Throws: `ZooError` of code `.usage` that names the nearest.
  package static func named(_ name: String) throws -> PublishedCollection {
    if let found = all.first(where: { $0.name == name }) { return found }
    throw ZooError(
      .usage, "no collection \"\(name)\"; " + suggestion(for: name, among: all.map(\.name)))
  }

  /// Indiana University's reports and pictures.
  ///
  /// Demner-Fushman et al. 2016, https://doi.org/10.1093/jamia/ocv080.
  static let openI = PublishedCollection(
    name: "open-i", title: "Indiana University chest radiographs with their reports (Open-i)",
    licence:
      "CC BY-NC-ND 4.0: with the source named, for no commercial use, nothing changed passed on",
    page: "https://openi.nlm.nih.gov/faq#collection",
    archives: [
      Archive(
        fileName: "NLMCXR_reports.tgz",
        url: "https://openi.nlm.nih.gov/imgs/collections/NLMCXR_reports.tgz", size: 1_100_000,
        content: .reports),
      Archive(
        fileName: "NLMCXR_png.tgz",
        url: "https://openi.nlm.nih.gov/imgs/collections/NLMCXR_png.tgz", size: 1_360_000_000,
        content: .pictures),
    ], tables: [])

  /// NIH ChestX-ray14.
  ///
  /// Wang et al. 2017, https://arxiv.org/abs/1705.02315. The addresses are those of the publisher's
  /// `batch_download_zips.py`.
  static let chestXray14 = PublishedCollection(
    name: "chestx-ray14", title: "NIH ChestX-ray14: 112,120 frontal radiographs with 14 findings",
    licence: "no restriction on use; name the NIH Clinical Center, and cite Wang et al., CVPR 2017",
    page: "https://nihcc.app.box.com/v/ChestXray-NIHCC",
    archives: [
      "vfk49d74nhbxq3nqjg0900w5nvkorp5c", "i28rlmbvmfjbl8p2n3ril0pptcmcu9d1",
      "f1t00wrtdk94satdfb9olcolqx20z2jp", "0aowwzs5lhjrceb3qp67ahp0rd1l1etg",
      "v5e3goj22zr6h8tzualxfsqlqaygfbsn", "asi7ikud9jwnkrnkj99jnpfkjdes7l6l",
      "jn1b4mw4n6lnh74ovmcjb8y48h8xj07n", "tvpxmn7qyrgl0w8wfh9kqfjskv6nmm1j",
      "upyy3ml7qdumlgk2rfcvlb9k6gvqq2pj", "l6nilvfa9cg3s28tqv1qc1olm3gnz54p",
      "hhq8fkdgvcari67vfhs7ppg2w6ni4jze", "ioqwiy20ihqwyr8pf4c24eazhh281pbu",
    ].enumerated().map { index, key in
      let number = index + 1
      return Archive(
        fileName: "images_\(number < 10 ? "00" : "0")\(number).tar.gz",
        url: "https://nihcc.box.com/shared/static/\(key).gz",
        size: index == 0 ? 2_000_000_000 : 4_000_000_000, content: .pictures)
    },
    tables: [
      "Data_Entry_2017_v2020.csv", "train_val_list.txt", "test_list.txt", "BBox_List_2017.csv",
    ])

  /// A size in the unit that its users think in.
  static func gigabytes(_ bytes: Int) -> String {
    NumberText.fixed(Double(bytes) / 1e9, digits: 1) + " GB"
  }

  /// What a person reads before anything is downloaded.
  package var lines: [String] {
    let size = archives.reduce(0) { $0 + $1.size }
    return [
      title, "licence: \(licence)", "publisher: \(page)",
      "size: about \(PublishedCollection.gigabytes(size)) in \(counted(archives.count, "archive")), as much again unpacked",
    ]
  }
}
