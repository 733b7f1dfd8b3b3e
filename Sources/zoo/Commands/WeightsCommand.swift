import Basics
import Downloads
import EncoderKit
import Foundation
import Registry
import Studies
import Tensors
import Training
import WeightFiles

extension ZooCommand {
  static let weights = Command(
    name: "weights", summary: "Look into weight files, check them, bring them in, download them.",
    subcommands: [inspectWeights, importWeights, exportWeights, fetchWeights])

  private static let inspectWeights = Command(
    name: "inspect", summary: "Show what a weight file holds; nothing in it is executed.",
    discussion: "Reads safetensors and PyTorch's zip and legacy files, pickled modules included.",
    examples: [("zoo weights inspect model.pth.tar", "keys, shapes and what wraps them")],
    options: [
      .flag("json", "Write JSON."), .flag("all", "List every tensor."),
      .value("prefix", "KEY", "The dictionary to look into, where the file has several."),
    ],
    arguments: [Argument("FILE", "A weight file.")]
  ) { arguments in
    let file = try StateDictionary.read(
      path: arguments.argument("FILE"), prefix: arguments.optionalString("prefix"))
    if arguments.flag("json") {
      print(json(file).text())
      return
    }
    let values = file.entries.reduce(0) { $0 + $1.count }
    print(
      "\(file.format.rawValue), \(describe(file.content)): \(file.entries.count) tensors, \(values) values"
    )
    if !file.wrapping.isEmpty { print("found under \(file.wrapping.joined(separator: " / "))") }
    for other in file.beside { print("not read: \(other.tensors) tensors under \(other.key)") }
    for object in file.unread {
      let tensors = object.tensorCount > 0 ? ", with \(object.tensorCount) tensors inside" : ""
      print("not read: \(object.key): \(object.classNames.joined(separator: ", "))\(tensors)")
    }
    for (key, value) in file.attributes.sorted(by: { $0.key < $1.key }) {
      if let texts = value.texts, !texts.isEmpty {
        print("\(key): \(texts.joined(separator: ", "))")
      } else if let text = value.text {
        print("\(key): \(text)")
      }
    }
    let shown = arguments.flag("all") ? file.entries[...] : file.entries.prefix(12)
    let width = shown.map(\.name.count).max() ?? 0
    for entry in shown {
      print("  \(pad(entry.name, width))  \(entry.elementType.rawValue)  \(entry.shape)")
    }
    if shown.count < file.entries.count {
      print("  and \(file.entries.count - shown.count) more (--all)")
    }
  }

  private static let importWeights = Command(
    name: "import", summary: "Bring a file's weights to an encoder's keys, checked key by key.",
    discussion:
      "Ends in a report: tensors mapped, renamed, dropped, missing. What does not fit whole is "
      + "refused, unless --allow names it. With --output the tensors are written as safetensors with "
      + "the published keys: same weights, same bytes. A file with two encoders of one shape (a teacher, "
      + "a momentum encoder) is refused unless --prefix names one.",
    examples: [
      ("zoo weights import resnet18.pth --for resnet18", "check alone"),
      ("zoo weights import m.pth.tar --for densenet121 --output m.safetensors", "convert"),
      (
        "zoo weights import moco.pth.tar --for resnet50 --prefix module.encoder_q",
        "one of two encoders"
      ),
    ],
    options: [
      .value("for", "ENCODER", isRequired: true, "The encoder, by its name in the registry."),
      .value(
        "options", "JSON",
        "The encoder's options; else its own, or those that the file was exported with."),
      .value(
        "allow", "KEYS",
        "Keys, or their first parts, in the encoder's spelling or the file's, that may be missing or unexpected."
      ),
      .value("prefix", "NAME", "What the names of the encoder that is meant begin with."),
      .value(
        "tokenizer", "FOLDER",
        "Of a text encoder the folder of its files, such as config.json; else the file's own."),
      .value("size", "N", "The images' side, for encoders whose shapes depend on it."),
      .value(
        "channels", choices: ["1", "3"], "Bring the first convolution to grey or colour images."),
      .value("output", "FILE", "Write the tensors there."),
    ],
    arguments: [Argument("FILE", "A weight file.")]
  ) { arguments in
    if let output = arguments.optionalString("output") { try OutputPlace.checkFile(output) }
    let registry = try registry()
    let path = arguments.argument("FILE")
    let name = try arguments.string("for")
    if registry.names(.text).contains(name) { return try importText(name, arguments, registry) }
    let entry = try registry.imageEncoder(name, at: Place())
    let file = try StateDictionary.read(path: path, prefix: arguments.optionalString("prefix"))
    // A file of zoo weights export tells both.
    let isOurs = file.metadata["encoder"] == entry.description.name
    var input = file.metadata["input"].flatMap {
      isOurs ? try? WeightInput(JSONValue.parse(Data($0.utf8))) : nil
    }
    let options = try JSONValue.parse(
      Data(
        (arguments.optionalString("options") ?? (isOurs ? file.metadata["options"] : nil) ?? "{}")
          .utf8
      ), path: "--options")
    let mapping = try WeightImport(
      file, entry: entry, options: options.object(),
      size: arguments.integer("size", in: 16...2048) ?? input?.size ?? entry.description.image?.size
        ?? 224)
    let allowed = (arguments.optionalString("allow") ?? "").split(separator: ",").map(String.init)
    var tensors: [String: (shape: [Int], values: [Float])]
    do {
      tensors = try mapping.tensors(allowing: allowed)
    } catch {
      print(mapping.lines.joined(separator: "\n"))
      throw error
    }
    print(mapping.lines.joined(separator: "\n"))
    if let channels = try arguments.integer("channels", in: 1...3), channels != mapping.channels {
      // Without a description of the file all channels count as normalised alike.
      let converted = try ChannelConversion(from: input, to: channels).converted(
        tensors.mapValues { Tensor($0.values, shape: $0.shape).fromFileOrder },
        readers: mapping.readers, order: mapping.mapped, at: Place(path: path))
      tensors = converted.mapValues {
        let tensor = $0.inFileOrder
        return (tensor.shape, tensor.values)
      }
      print(
        "brought from \(mapping.channels) channels to \(channels), "
          + (input == nil ? "as for channels normalised alike" : "as its images were normalised"))
      input = input?.with(channels: channels)
    }
    guard let output = arguments.optionalString("output") else { return }
    var metadata = ["format": "pt"]
    if let input {
      metadata["encoder"] = mapping.encoder
      metadata["options"] = options.text(pretty: false)
      metadata["input"] = input.json.text(pretty: false)
    }
    try TensorFile.write(
      tensors.map { (name: $0.key, shape: $0.value.shape, values: $0.value.values) },
      metadata: metadata, to: output)
    print("wrote \(output)")
  }

  /// The same of a text encoder with a tokenizer of its own.
  private static func importText(
    _ name: String, _ arguments: ParsedArguments, _ registry: EncoderRegistry
  ) throws {
    for option in ["size", "channels"] where arguments.optionalString(option) != nil {
      throw ZooError(
        .usage, "--\(option) is of images; \(name) reads texts", advice: "leave it out")
    }
    let path = arguments.argument("FILE")
    let entry = try registry.textEncoder(name, at: Place())
    guard !entry.fileNames.isEmpty else {
      throw ZooError(
        .usage, "\(name) reads words, whose vectors are no weights of an encoder",
        advice: "zoo vectors inspect looks into files of word vectors")
    }
    let options = try JSONValue.parse(
      Data((arguments.optionalString("options") ?? "{}").utf8), path: "--options")
    let preparation = try entry.preparation(
      files: EncoderFiles(
        folder: arguments.optionalString("tokenizer") ?? parentFolder(of: path),
        names: entry.fileNames), options: options.object())
    let mapping = try WeightImport(
      StateDictionary.read(path: path, prefix: arguments.optionalString("prefix")), entry: entry,
      options: options.object(), preparation: preparation)
    let allowed = (arguments.optionalString("allow") ?? "").split(separator: ",").map(String.init)
    print(mapping.lines.joined(separator: "\n"))
    let tensors = try mapping.tensors(allowing: allowed)
    guard let output = arguments.optionalString("output") else { return }
    try TensorFile.write(
      tensors.sorted { $0.key < $1.key }.map {
        (name: $0.key, shape: $0.value.shape, values: $0.value.values)
      }, metadata: ["format": "pt"], to: output)
    print("wrote \(output)")
  }

  private static let exportWeights = Command(
    name: "export", summary: "Write a trained model's encoder with the published key names.",
    discussion:
      "Safetensors that torchvision's model loads with strict=True where the model is one image encoder "
      + "under a linear layer (\"hidden\": 0): num_classes is the number of its outputs. Otherwise the "
      + "classifier is left out, and the program says so. Same model, same bytes. Encoder, "
      + "preprocessing and labels are in the file's metadata.",
    examples: [
      ("zoo weights export model --output resnet18.safetensors", "an image model"),
      ("zoo weights export model --part text --output words.safetensors", "the text side"),
    ],
    options: [
      .value("output", "FILE", isRequired: true, "The file to write."),
      .value("part", default: "image", choices: ["image", "text"], "Which encoder."),
      .value("member", "N", "Which of several members."),
    ],
    arguments: [Argument("MODEL", "A model's folder, or a bundle's name.")]
  ) { arguments in
    let (registry, folder) = (try registry(), arguments.argument("MODEL"))
    let output = try arguments.string("output")
    try OutputPlace.checkFile(output)
    let model = try TrainedModel.read(from: modelFolder(folder, registry), registry: registry)
    let member = try arguments.integer("member", in: 1...16)
    let published =
      try arguments.string("part") == "image"
      ? model.publishedImageWeights(registry: registry, member: member)
      : model.publishedTextWeights(member: member)
    try TensorFile.write(published.tensors, metadata: published.metadata, to: output)
    print("wrote \(output): \(published.tensors.count) tensors")
    if !published.hasClassifier {
      print("without a classifier: load it with strict=False, or into the features alone")
    }
  }

  private static let fetchWeights = Command(
    name: "fetch", summary: "Download a published weight set, checked by its hash, into the cache.",
    discussion:
      "The cache is $XDG_CACHE_HOME/encoderzoo/weights, else ~/.cache/encoderzoo/weights. A download "
      + "that was cut goes on where it stopped; a wrong hash leaves nothing behind.",
    examples: [
      ("zoo weights fetch resnet18-imagenet", "zoo list --weights tells the names"),
      ("zoo weights fetch glove-6b-100d", "word vectors; their file is unpacked, too"),
    ],
    options: [.flag("verify", "Compute the hash of a file that is there already, too.")],
    arguments: [Argument("NAME", "A set of weights or word vectors of the registry.")]
  ) { arguments in
    let catalogue = try registry().catalogue
    let name = arguments.argument("NAME")
    if let vectors = catalogue.vectorSets.first(where: { $0.name == name }) {
      return try fetch(vectors, arguments)
    }
    let set = try catalogue.weightSet(name)
    writeWhole(
      "licences: code \(set.licences.code); weights: \(set.licences.weights); data: \(set.licences.data)\n",
      to: STDERR_FILENO)
    if let path = set.localPath {
      // Nothing to fetch: it is read where it lies.
      try set.checkLocal()
      print(path)
      return
    }
    let (cache, progress) = (try set.cache(), progress(arguments))
    let paths = try set.remoteFiles().map {
      try cache.fetch($0, progress: progress, verify: arguments.flag("verify"))
    }
    print(set.files.isEmpty ? paths[0] : cache.folder)
  }

  private static func describe(_ content: StateDictionary.Content) -> String {
    switch content {
    case .stateDictionary: "state dictionary"
    case .checkpoint: "checkpoint"
    case .module(let name): "pickled module \(name)"
    }
  }

  private static func json(_ file: StateDictionary) -> JSONValue {
    [
      "format": file.format.rawValue.json, "content": describe(file.content).json,
      "wrapping": file.wrapping.json,
      "beside": JSONValue(
        .object(file.beside.map { (key: $0.key, value: $0.tensors.json) })),
      "unread": JSONValue(
        .array(
          file.unread.map { object in
            [
              "key": object.key.json, "classes": object.classNames.json,
              "tensors": object.tensorCount.json,
            ]
          })),
      "tensors": JSONValue(
        .array(
          file.entries.map { entry in
            [
              "name": entry.name.json, "type": entry.elementType.rawValue.json,
              "shape": entry.shape.json,
            ]
          })),
    ]
  }
}
