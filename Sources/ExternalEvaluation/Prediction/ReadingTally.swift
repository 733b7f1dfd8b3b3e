import Datasets
import Images
import Training

/// What a person must hear of many cases as a model read them: pictures, texts, what is cut off.
struct ReadingTally {
  private let model: TrainedModel
  private var census = PictureCensus()
  private var bits: Int?
  private var cropped = CroppedPictures()
  private var texts: TextTally

  init(_ model: TrainedModel) {
    self.model = model
    texts = model.textReader.map(TextTally.init) ?? TextTally(maximum: nil)
  }

  /// Counts a case.
  mutating func add(_ item: Case, _ reading: BatchPredictor.Reading) {
    for picture in reading.pictures {
      let (path, found) = (picture.path, picture.reading)
      cropped.add(width: found.original.width, height: found.original.height)
      // Ordinary pictures are not kept: there may be very many.
      if found.notes(path).isEmpty {
        census.addOrdinary()
      } else {
        census.add(path, found.facts)
        bits = found.bits ?? bits
      }
    }
    if let text = reading.text { texts.add(text) }
  }

  /// The notes, in sentences.
  var notes: [String] {
    var notes: [String] = []
    if let image = model.image {
      notes += census.notes(bits: bits, image.pixels.bits == nil ? .file : .model)
      if let note = cropped.note(of: image) { notes.append(note) }
    }
    if let text = model.text { notes += texts.notes(of: text.name) }
    return notes
  }
}
