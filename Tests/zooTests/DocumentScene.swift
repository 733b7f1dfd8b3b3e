import Foundation
import TestSupport
import Testing

/// A scratch folder in which the commands of one document are run, in its order.
struct DocumentScene {
  let folder: String

  /// Commands that are not run, each with the reason; all others of the documents are.
  static let exceptions: KeyValuePairs<String, String> = [
    // Builds, and these tests themselves.
    "make demo": "builds the program and trains for minutes",
    "make test": "runs the tests that this is one of",
    "make build": "builds the program",
    "make bench": "takes 40 minutes",
    "bash Benchmarks/run.sh --rows densenet121-16": "installs other programs and takes minutes",
    "swift build --build-tests -c release -Xswiftc -enable-testing --scratch-path .build/test":
      "builds the tests that this is one of",
    "swift test -c release -Xswiftc -enable-testing --scratch-path .build/test --skip-build --filter FoldPlanTests":
      "runs in the folder that these tests run in",
    // The network.
    "zoo data fetch open-i --output DATA/open-i": "downloads 1.4 GB",
    "zoo data fetch open-i --from downloads --output DATA/open-i": "needs the archives",
    "zoo data fetch chestx-ray14 --output DATA/chestx-ray14": "downloads 46 GB",
    "zoo paper Examples/paper --data DATA --output paper": "trains for an hour",
    "zoo weights fetch resnet18-imagenet": "downloads 47 MB",
    "zoo weights fetch glove-6b-100d": "downloads 862 MB",
    "zoo vectors train reports.txt --from glove-6b-300d --output further.txt":
      "needs a set that is downloaded",
    "zoo bundle search --from https://models.example.org": "needs a server",
    "zoo runs mlflow first-run --server http://127.0.0.1:5000": "needs a server",
    "zoo bundle install chest-pair --from https://models.example.org": "needs a server",
    "zoo predict chest-pair --image chest.png --text-file report.txt":
      "needs the bundle of a server",
    "zoo bundle remove chest-pair@1.0.0": "needs the bundle of a server",
    "rsync -a site/ server:/var/www/models/": "needs a server",
    "pip install torch torchvision safetensors pillow": "downloads packages",
    // Other programs.
    "python model/load_in_python.py --image chest.png --text \"The lungs are clear.\"":
      "needs PyTorch",
    "python words/load_in_python.py": "needs PyTorch",
    // Data and files that are not in the tree.
    "zoo pretrain Examples/pretrain.json --data DATA --output cxr": "needs ChestX-ray14",
    "zoo pretrain Examples/pretrain.json --data DATA --output runs/pretrained":
      "needs ChestX-ray14",
    "zoo detect cxr --boxes BBox_List_2017.csv --images images --output found":
      "needs ChestX-ray14",
    "python Benchmarks/transfer/imagenet_shaped.py runs/imagenet-shaped.pth": "needs PyTorch",
    "zoo compare Examples/transfer.json --data DATA --output transfer": "needs the surrogate pairs",
    "zoo compare Examples/heads.json --data DATA --output heads --threads 1":
      "needs the surrogate pairs",
    "zoo evaluate run --data other/cases.csv --groups sex --output elsewhere":
      "needs data of others",
    "zoo predict model --cases new.csv --output predictions.csv":
      "needs data of others",
    "zoo evaluate run --data other/cases.csv --label-column view --groups sex --output elsewhere":
      "needs data of others",
    "zoo evaluate model phantom-words --data study.json --output elsewhere":
      "needs data of others",
    "zoo evaluate run --combination net --split r1f2 --data a/study.json --data b/study.json --output elsewhere":
      "needs data of others",
    "zoo probe study.json --output shortcuts --shortcuts view,sex,site":
      "needs data of others",
    "zoo data show chest.dcm":
      "needs DICOM files",
    "zoo data show chest.dcm --output chest.png":
      "needs DICOM files",
    "zoo predict model --image chest.dcm --text \"The lungs are clear.\"":
      "needs DICOM files",
    "zoo data import export --reports reports.csv --text-column report --column label --output cases":
      "needs DICOM files",
    "zoo explain model --image chest.png --finding effusion --output why-effusion":
      "needs a model of several findings",
    "zoo explain model --image chest.png --finding effusion --against opacity --output rather":
      "needs a model of several findings",
    "zoo plugin check MyNet --reference reference.safetensors":
      "needs other programs",
    "python Benchmarks/parity/dicom_parity.py .build/release/dicom-parity":
      "needs other programs",
    "python Benchmarks/speed/dicom_speed.py .build/release/zoo-bench":
      "needs other programs",
    "zoo predict model --images chests --output chests.csv": "needs a model of images alone",
    "zoo compare Examples/tuned.json --data DATA --output tuned --jobs 2":
      "needs the surrogate pairs",
    "zoo compare Examples/mesh.json --data DATA --output mesh":
      "needs the surrogate pairs",
    "zoo weights import FILE --for resnet50 --prefix module.encoder_q":
      "needs a file with two encoders",
    // Programs that are not part of what `make test-long` installs; `make test-cluster` tries them.
    "zoo slurm submit study.json --output /shared/run --tasks 16 --time 04:00:00 --threads 4":
      "needs Slurm",
    "zoo slurm status /shared/run": "needs Slurm",
    "zoo launch --ranks 2 -- pretrain spec.json --data DATA --output cxr": "needs MPI",
    "zoo launch --ranks 2 -- train model.json --data DATA --output model": "needs MPI",
    "zoo launch --ranks 4 --hosts a,b,c,d -- pretrain spec.json --data DATA --output /shared/cxr":
      "needs MPI",
    "mpirun -n 4 --bind-to none zoo pretrain spec.json --data DATA --output /shared/cxr":
      "needs MPI",
    "srun --mpi=pmix -N 4 -n 4 -c 16 -K zoo pretrain spec.json --data DATA --output /shared/cxr":
      "needs Slurm and MPI",
    "zoo slurm cancel /shared/run": "needs Slurm",
    "seq 15 | parallel --jobs 4 zoo cell planned {}": "needs GNU parallel",
    "zoo runs delete second-run": "asks a person",
    // The processor.
    "zoo compare study.json --output run --precision bf16":
      "needs a processor that multiplies bf16",
  ]

  /// The commands that make what a document takes for given.
  static let preparations: [String: [String]] = [
    "docs/add-a-backbone.md": [],
    "docs/compare.md": [
      "zoo compare study.json --output run", "zoo train dense.json --output dense",
      "zoo weights export dense --output FILE",
    ],
    "docs/evaluate.md": [
      "zoo train study.json --output model",
      "cp demo/sample/cases.csv cases.csv",
    ],
    "docs/explain.md": [
      "zoo compare Examples/phantom.json --output demo/phantom",
      "zoo train dense.json --output model",
    ],
    "docs/publish.md": ["cp -R \"$PACKAGE/weights/phantom-words\" words"],
    "docs/python.md": ["zoo train study.json --output model"],
    "docs/runs.md": [
      "sed s/concat/sum/ study.json > second.json", "zoo compare study.json --output first-run",
      "zoo compare second.json --output second-run",
    ],
    "docs/word-vectors.md": [
      "zoo train study.json --output model", "cut -d '\"' -f 2 cases.csv > reports.txt",
      "printf 'effusion\\nheart\\n' > words.txt",
    ],
  ]

  /// Gives `body` a scene with the phantom sample and small studies.
  static func with(_ body: (DocumentScene) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let scene = DocumentScene(folder: folder)
      try scene.write()
      try body(scene)
    }
  }

  private func write() throws {
    try expectDone("zoo data sample --output demo/sample --count 40 --size 64")
    try expectDone(
      "cp -R demo/sample/images demo/sample/README.txt . && cp images/0001.png chest.png")
    // The README's table has names of its own for the columns.
    let cases = try String(contentsOfFile: "\(folder)/demo/sample/cases.csv", encoding: .utf8)
    try put(
      cases.replacingOccurrences(
        of: "id,image,text,label,patient", with: "id,file,report,finding,patient"), "cases.csv")
    try put("The lungs are clear.\n", "report.txt")
    let study = try #require(
      try DocumentCommand.blocks(of: "README.md").first { $0.language == "json" })
    try put(Self.small(study.lines.joined(separator: "\n")), "study.json")
    try put(Self.dense, "dense.json")
    try expectDone("mkdir Examples")
    for name in ["phantom.json"] {
      let text = try String(contentsOfFile: packageFile("Examples/\(name)"), encoding: .utf8)
      try put(Self.small(text), "Examples/\(name)")
    }
  }

  /// A study with few epochs and small pictures.
  private static func small(_ text: String) -> String {
    text.replacing(/"epochs": \d+/, with: "\"epochs\": 1")
      .replacing(/"size": \d+/, with: "\"size\": 32")
  }

  /// An encoder of the published shape.
  private static let dense = """
    {"schema": 1, "name": "dense",
     "data": {"format": "csv", "path": "cases.csv", "labels": ["normal", "abnormal"],
       "columns": {"image": "file", "label": "finding", "patient": "patient"}},
     "image": {"encoder": "densenet121", "size": 32, "channels": 3, "training": {"epochs": 1}}}
    """

  private func put(_ text: String, _ name: String) throws {
    try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
  }

  private func expectDone(_ command: String) throws {
    let done = try run(command)
    #expect(done.status == 0, "\(command): \(done.output)")
  }

  /// Runs a command line in the scratch folder; what it printed on either output, in its order.
  func run(_ command: String) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", command]
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    let program = URL(fileURLWithPath: ProgramRunner.program ?? "zoo").deletingLastPathComponent()
    var environment = ProcessInfo.processInfo.environment
    environment["PATH"] = "\(program.path):\(environment["PATH"] ?? "")"
    environment["PACKAGE"] = packageFile("")
    environment["XDG_CACHE_HOME"] = "\(folder)/.cache"
    environment["XDG_DATA_HOME"] = "\(folder)/.data"
    environment["ENCODERZOO_PASSPHRASE"] = "a passphrase of the tests"
    process.environment = environment
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let text = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: text, as: UTF8.self))
  }
}
