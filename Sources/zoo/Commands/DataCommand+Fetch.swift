import Basics
import Collections
import EncoderZoo
import Studies

extension ZooCommand {
  static let dataFetch = Command(
    name: "fetch", summary: "Bring a published collection here, with a table of its cases.",
    discussion:
      "Shows licence and size, downloads the publisher's archives, unpacks their pictures and writes cases.csv. A "
      + "download that was cut goes on; what is there is kept. No hashes are published: that of the first download "
      + "holds from then on. With --from nothing is downloaded. Of Open-i the frontal picture is the case's, by "
      + "indiana_projections.csv or by the DICOM files' headers.",
    examples: [
      ("zoo data fetch open-i --output DATA/open-i", "1.4 GB"),
      ("zoo data fetch open-i --from downloads --output DATA/open-i", "what you have already"),
      ("zoo data fetch chestx-ray14 --output DATA/chestx-ray14", "46 GB"),
    ],
    options: [
      .value("output", "DIR", isRequired: true, "Where the collection is written."),
      .value(
        "from", "DIR",
        "A folder with the archives, or with what was unpacked of them, in place of a download."),
      .value("mirror", "URL", "Where the archives lie under their names, else their publisher's."),
      .value("dicom", "DIR", "Open-i's DICOM files, which tell which pictures are frontal."),
      .flag("keep-archives", "Keep archives that were downloaded once they are unpacked."),
    ],
    arguments: [
      Argument(
        "COLLECTION", PublishedCollection.all.map(\.name).joined(separator: " or ") + ".")
    ]
  ) { arguments in
    let collection = try PublishedCollection.named(arguments.argument("COLLECTION"))
    if arguments.optionalString("from") != nil {
      if arguments.optionalString("mirror") != nil || arguments.flag("keep-archives") {
        throw arguments.error(
          "--mirror and --keep-archives are of a download, and --from downloads nothing")
      }
    }
    if arguments.optionalString("dicom") != nil, collection.name != "open-i" {
      throw arguments.error("--dicom is of open-i: all pictures of \(collection.name) are frontal")
    }
    let output = try arguments.string("output")
    try OutputPlace.checkWritable(output)
    writeWhole(collection.lines.joined(separator: "\n") + "\n", to: 2)
    var fetch = CollectionFetch(collection, output: output, progress: progress(arguments))
    fetch.source = arguments.optionalString("from")
    fetch.mirror = arguments.optionalString("mirror")
    fetch.dicom = arguments.optionalString("dicom")
    fetch.keepsArchives = arguments.flag("keep-archives")
    print(try OutputPlace.locked(output) { try fetch.run() }.joined(separator: "\n"))
  }
}
