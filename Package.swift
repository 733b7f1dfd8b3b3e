// swift-tools-version: 6.1
import Foundation
import PackageDescription

let root = Context.packageDirectory
let files = FileManager.default

/// oneDNN is found by its header; without it the reference kernels over OpenBLAS run everything.
let hasOneDNN =
  ["/usr/include", "/usr/local/include", "/usr/include/x86_64-linux-gnu"]
  .contains { files.fileExists(atPath: "\($0)/oneapi/dnnl/dnnl.h") }
  && Context.environment["ENCODERZOO_WITHOUT_ONEDNN"] == nil

/// DICOM files are decoded by a program of its own, over DCMTK and OpenJPEG; without their headers it is not
/// built, and such files are refused.
let hasDICOM =
  files.fileExists(atPath: "/usr/include/dcmtk/dcmdata/dctk.h")
  && ["openjpeg-2.5/openjpeg.h", "openjpeg.h"].contains {
    files.fileExists(atPath: "/usr/include/\($0)")
  } && Context.environment["ENCODERZOO_WITHOUT_DICOM"] == nil

/// Set by the Makefile: warnings are errors, and C is compiled with -O3, in debug builds too.
///
/// SwiftPM refuses a package with flags of its own as a versioned dependency, so a dependent's build has
/// none: C is compiled as SwiftPM does, with -O2 in release builds and without optimisation in debug builds
/// (docs/public-api.md says what to do there).
let isDeveloped = Context.environment["ENCODERZOO_DEVELOP"] != nil
/// Set by `make lint`: dependencies as they are declared, for the compiler to compare with the imports.
let checksImports = Context.environment["ENCODERZOO_CHECK_IMPORTS"] != nil

let strict: [SwiftSetting] =
  [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
  ] + (isDeveloped ? [.unsafeFlags(["-warnings-as-errors"])] : [])
let optimized: [CSetting] =
  isDeveloped ? [.unsafeFlags(["-O3", "-Wall", "-Werror"])] : []
let optimizedCXX: [CXXSetting] =
  isDeveloped ? [.unsafeFlags(["-O3", "-Wall", "-Werror"])] : []
let dicomDependencies: [Target.Dependency] = hasDICOM ? ["zoo-dicom"] : []
let oneDNNDependencies: [Target.Dependency] = hasOneDNN ? ["COneDNN"] : []
let oneDNNSettings: [SwiftSetting] = hasOneDNN ? [.define("ENCODERZOO_ONEDNN")] : []

/// Every folder below `Plugins/` is a plugin.
///
/// A target of its own that imports EncoderKit alone.
/// Its entry point is an exported C symbol, so nothing above names it (see docs/architecture.md).
let plugins = ((try? files.contentsOfDirectory(atPath: "\(root)/Plugins")) ?? [])
  .filter { name in
    ((try? files.contentsOfDirectory(atPath: "\(root)/Plugins/\(name)")) ?? [])
      .contains { $0.hasSuffix(".swift") }
  }
  .sorted()
let pluginDependencies = plugins.map { Target.Dependency.target(name: "\($0)Plugin") }

func library(
  _ name: String, _ dependencies: [Target.Dependency], _ extra: [SwiftSetting] = [],
  embedded: [String] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies,
    resources: embedded.map { .embedInCode("Resources/\($0)") }, swiftSettings: strict + extra)
}

/// The test targets that are asked for: `make check` builds those of what was edited, else all.
let wanted = Context.environment["ENCODERZOO_TESTS"].map {
  Set($0.split(separator: ",").map(String.init))
}

/// Test targets that take long to compile and compute next to nothing themselves.
///
/// Their own code is compiled without optimisation; what they test is optimised as ever.
let lightTests: Set<String> = [
  "Basics", "Bundles", "Collections", "Conformance", "DataCheck", "DataImport", "Datasets",
  "DICOM", "Downloads", "EncoderZoo", "Evaluation", "Explanation", "ExternalEvaluation", "Fusion",
  "Images", "Packaging", "Pages", "Paper", "Registry", "Runs", "Studies", "WeightFiles", "zoo",
]
let unoptimized: [SwiftSetting] = isDeveloped ? [.unsafeFlags(["-Onone"])] : []

/// A test target exists as soon as its folder holds a Swift file.
func tests(_ name: String, _ dependencies: [Target.Dependency], folder: String? = nil) -> [Target] {
  guard wanted?.contains(name) ?? true else { return [] }
  let folder = folder ?? "Tests/\(name)Tests"
  let names = (try? files.contentsOfDirectory(atPath: "\(root)/\(folder)")) ?? []
  guard names.contains(where: { $0.hasSuffix(".swift") }) else { return [] }
  return [
    .testTarget(
      name: "\(name)Tests", dependencies: dependencies + ["TestSupport"], path: folder,
      exclude: names.contains("Resources") ? ["Resources"] : [],
      swiftSettings: strict + oneDNNSettings + (lightTests.contains(name) ? unoptimized : []))
  ]
}

var targets: [Target] = [
  .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
  .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
  .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
  .systemLibrary(name: "CArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
  // Tells the linker to export a program's symbols: plugins are found by theirs.
  .systemLibrary(name: "CExportedSymbols"),
  .systemLibrary(name: "CExpat", pkgConfig: "expat", providers: [.apt(["libexpat1-dev"])]),
  .target(
    name: "CImageCodecs", cSettings: optimized,
    linkerSettings: [.linkedLibrary("png"), .linkedLibrary("jpeg"), .linkedLibrary("deflate")]),
  .target(
    name: "CKernels", cSettings: optimized,
    linkerSettings: [.linkedLibrary("gomp"), .linkedLibrary("m")]),
  .target(name: "CWordVectors", cSettings: optimized),
  .target(
    name: "CTransfer", cSettings: optimized,
    linkerSettings: [.linkedLibrary("curl"), .linkedLibrary("crypto")]),
  .target(name: "CStartup", cSettings: optimized),
  .target(name: "CWorker", cSettings: optimized),
  library("Basics", []),
  library("Ranks", ["Basics"]),
  library("Pages", ["Basics"], embedded: ["colours.css", "drawing.css", "page.css", "sort.js"]),
  library(
    "Tensors", ["Basics", "CKernels", "COpenBLAS"] + oneDNNDependencies, oneDNNSettings),
  library("Layers", ["Tensors", "CKernels", "Basics"]),
  library("WeightFiles", ["Basics"]),
  library("WordVectors", ["Basics", "CWordVectors"]),
  library("Downloads", ["Basics", "CTransfer", "CArchive"]),
  library("EncoderKit", ["Layers", "Tensors", "WordVectors", "Basics"]),
  library("Bundles", ["Downloads", "CSodium", "Basics"]),
  library(
    "Registry",
    ["EncoderKit", "WeightFiles", "Bundles", "Downloads", "CExportedSymbols", "Basics"]),
  library(
    "Conformance", ["Fusion", "Registry", "EncoderKit", "WeightFiles", "Basics"], oneDNNSettings),
  // Named for the building alone: an executable that a target depends on is made first, not linked to it.
  library("DICOM", ["Basics", "CWorker"] + dicomDependencies),
  library("Images", ["Basics", "CImageCodecs", "DICOM"]),
  library("Datasets", ["Basics", "Images", "CArchive", "CExpat"]),
  library("Evaluation", ["Basics"]),
  library("Fusion", ["EncoderKit", "Basics"]),
  library(
    "Training",
    [
      "Fusion", "EncoderKit", "Registry", "Datasets", "Images", "DICOM", "WeightFiles", "Downloads",
      "Bundles", "Evaluation", "WordVectors", "Layers", "Tensors", "Ranks", "Basics",
    ]),
  library("Tuning", ["Basics"]),
  library("NearDuplicates", ["Images", "Basics"]),
  library("DataCheck", ["NearDuplicates", "Datasets", "Evaluation", "Images", "Pages", "Basics"]),
  library(
    "DataImport",
    ["DICOM", "Datasets", "Images", "Downloads", "CSodium", "Basics"]),
  library(
    "Explanation",
    [
      "Studies", "Training", "Fusion", "EncoderKit", "Registry", "Datasets", "Images",
      "WeightFiles", "Downloads", "Bundles", "Evaluation", "Pages", "Tensors", "Basics",
    ], embedded: ["explanation.css", "explanation.js", "sight.js"]),
  library(
    "Studies",
    [
      "NearDuplicates", "DataCheck", "WordVectors", "Tuning", "Training", "Fusion", "EncoderKit",
      "Evaluation", "Datasets", "Registry", "Bundles", "Downloads", "WeightFiles", "Images",
      "DICOM", "Pages", "Tensors", "Ranks", "Basics",
    ],
    oneDNNSettings),
  library(
    "ExternalEvaluation",
    [
      "Studies", "Training", "Fusion", "EncoderKit", "Evaluation", "Datasets", "Registry",
      "Bundles", "Downloads", "Images", "DICOM", "Pages", "Tensors", "Basics",
    ]),
  library("Collections", ["DataImport", "DICOM", "Datasets", "Downloads", "Basics"]),
  library(
    "Paper",
    [
      "EncoderZoo", "Explanation", "Studies", "Training", "WordVectors", "Evaluation", "Datasets",
      "Registry", "Downloads", "Images", "Pages", "Tensors", "Basics",
    ]),
  library(
    "Runs", ["Studies", "Evaluation", "Datasets", "Downloads", "Pages", "CSQLite", "Basics"]),
  library(
    "Exchange",
    [
      "Training", "Evaluation", "Fusion", "EncoderKit", "Registry", "Downloads", "Datasets",
      "Images", "Tensors", "Basics",
    ]),
  library(
    "Packaging",
    [
      "Bundles", "Exchange", "Studies", "Training", "Evaluation", "Registry", "EncoderKit",
      "WeightFiles", "Images", "Datasets", "Fusion", "Downloads", "Basics",
    ]),
  // The plugins are linked into whatever uses it; nothing in it names them.
  .target(
    name: "EncoderZoo",
    dependencies: [
      "ExternalEvaluation", "Explanation", "Studies", "Training", "Fusion", "Evaluation",
      "Datasets", "Registry", "EncoderKit", "Images", "Tensors", "Basics",
    ] + pluginDependencies, resources: [.embedInCode("registry.json")], swiftSettings: strict),
  .executableTarget(
    name: "zoo",
    dependencies: [
      "EncoderZoo", "Collections", "Paper", "Packaging", "Bundles", "Exchange",
      "ExternalEvaluation", "Runs", "Studies",
      "DataCheck", "DataImport", "Explanation", "Evaluation", "Training", "Datasets",
      "Conformance", "Registry", "EncoderKit", "WeightFiles", "Downloads", "Images", "DICOM",
      "CImageCodecs",
      "Tensors", "Ranks", "Basics", "CStartup",
    ] + pluginDependencies, swiftSettings: strict),
  .executableTarget(
    name: "zoo-parity",
    dependencies: [
      "Explanation", "Studies", "Training", "Registry", "EncoderKit", "WeightFiles", "Tensors",
      "Basics",
    ] + pluginDependencies, path: "Benchmarks/parity/Sources", swiftSettings: strict),
  .executableTarget(
    name: "evaluation-parity", dependencies: ["Datasets", "Evaluation", "Tuning", "Basics"],
    path: "Benchmarks/parity/Evaluation", swiftSettings: strict),
  .executableTarget(
    name: "dicom-parity", dependencies: ["DICOM", "Basics"], path: "Benchmarks/parity/DICOM",
    swiftSettings: strict),
  .executableTarget(
    name: "near-duplicates", dependencies: ["NearDuplicates", "Images", "Basics"],
    path: "Benchmarks/near-duplicates/Sources", swiftSettings: strict),
  .executableTarget(
    name: "zoo-bench",
    dependencies: ["Studies", "Training", "Registry", "EncoderKit", "Tensors", "Basics"]
      + pluginDependencies, path: "Benchmarks/speed/Sources", swiftSettings: strict),
  .executableTarget(
    name: "reader-memory",
    dependencies: ["WeightFiles", "WordVectors", "Datasets", "Images", "Basics"],
    path: "Tests/ReaderMemory", swiftSettings: strict),
  .target(
    name: "TestSupport", dependencies: ["Ranks", "Basics"], path: "Tests/TestSupport",
    swiftSettings: strict),
]
if hasDICOM {
  targets.append(
    .executableTarget(
      name: "zoo-dicom", cxxSettings: optimizedCXX,
      linkerSettings: [
        "dcmjpls", "dcmtkcharls", "dcmjpeg", "dcmdata", "oflog", "ofstd", "openjp2",
      ].map { .linkedLibrary($0) }))
}
if hasOneDNN {
  targets.append(.systemLibrary(name: "COneDNN", providers: [.apt(["libdnnl-dev"])]))
}
targets += plugins.map { name in
  .target(
    name: "\(name)Plugin", dependencies: ["EncoderKit", "CKernels"], path: "Plugins/\(name)",
    exclude: ["Tests", "plugin.json"].filter {
      files.fileExists(atPath: "\(root)/Plugins/\(name)/\($0)")
    },
    swiftSettings: strict)
}
for name in plugins {
  targets += tests(
    "\(name)Plugin",
    [
      .target(name: "\(name)Plugin"), "Registry", "EncoderKit", "WeightFiles", "Basics", "CKernels",
    ],
    folder: "Plugins/\(name)/Tests")
}
for (name, dependencies) in [
  ("Basics", ["Basics"]), ("Pages", ["Pages", "Basics"]),
  ("Tensors", ["Tensors", "CKernels", "Basics"]), ("Layers", ["Layers", "Tensors", "Basics"]),
  ("WeightFiles", ["WeightFiles", "Basics"]), ("EncoderKit", ["EncoderKit"]),
  ("WordVectors", ["WordVectors", "Basics"]), ("Downloads", ["Downloads", "Basics"]),
  ("Bundles", ["Bundles", "Downloads", "Basics"]),
  (
    "Registry",
    ["Registry", "Downloads", "WeightFiles", "EncoderKit", "Basics"] + pluginDependencies
  ),
  ("DICOM", ["DICOM", "Basics"]), ("Images", ["Images", "CImageCodecs", "DICOM", "Basics"]),
  ("Datasets", ["Datasets", "Basics", "CArchive"]), ("Evaluation", ["Evaluation", "Basics"]),
  ("NearDuplicates", ["NearDuplicates", "Images", "Basics"]),
  ("DataCheck", ["DataCheck", "NearDuplicates", "Datasets", "Images", "Basics"]),
  ("DataImport", ["DataImport", "Datasets", "Images", "DICOM", "Basics"]),
  ("Fusion", ["Fusion", "EncoderKit"]),
  (
    "Conformance",
    ["Conformance", "Registry", "EncoderKit", "WeightFiles", "Tensors"] + pluginDependencies
  ),
  (
    "Training",
    [
      "Training", "Fusion", "Evaluation", "Registry", "EncoderKit", "Datasets", "WeightFiles",
      "Downloads", "Images", "DICOM", "Ranks", "Basics",
    ] + pluginDependencies
  ),
  (
    "Explanation",
    [
      "Explanation", "Studies", "Training", "Fusion", "Evaluation", "Datasets", "Images",
      "Registry", "Pages",
      "EncoderKit", "WeightFiles", "Tensors", "Basics",
    ] + pluginDependencies
  ),
  (
    "ExternalEvaluation",
    [
      "ExternalEvaluation", "Studies", "Training", "Evaluation", "Datasets", "Registry",
      "EncoderKit", "Images", "Pages", "Basics",
    ] + pluginDependencies
  ),
  (
    "Studies",
    [
      "Studies", "Tuning", "Evaluation", "Datasets", "Training", "Registry", "EncoderKit", "Images",
      "Downloads", "Pages", "Ranks", "Tensors", "Basics",
    ] + pluginDependencies
  ),
  ("Ranks", ["Ranks", "Basics"]),
  ("Runs", ["Runs", "Studies", "Evaluation", "Downloads", "Basics"]),
  ("Tuning", ["Tuning", "Basics"]),
  (
    "Paper", ["Paper", "EncoderZoo", "Registry", "Evaluation", "WordVectors", "Datasets", "Basics"]
  ),
  ("Collections", ["Collections", "DICOM", "Datasets", "Downloads", "Images", "Basics"]),
] as [(String, [Target.Dependency])] {
  targets += tests(name, dependencies)
}
/// The example of a fusion head, for a test by hand-computed numbers; the program does not know it.
targets.append(
  .target(
    name: "TensorFusionExample", dependencies: ["EncoderKit"],
    path: "Examples/TensorFusion/Sources", swiftSettings: strict))
targets += tests(
  "Plugins",
  ["Registry", "EncoderKit", "WeightFiles", "Basics", "CKernels", "TensorFusionExample"]
    + pluginDependencies)
targets += tests(
  "Exchange",
  [
    "Exchange", "Training", "Evaluation", "Fusion", "Registry", "EncoderKit", "Downloads",
    "Datasets", "Tensors", "Basics",
  ]
    + pluginDependencies)
targets += tests(
  "Packaging",
  [
    "Packaging", "Bundles", "Training", "Fusion", "Evaluation", "Registry", "EncoderKit",
    "Datasets",
    "Tensors", "Basics",
  ]
    + pluginDependencies)
targets += tests(
  "EncoderZoo", ["EncoderZoo", "Studies", "EncoderKit", "Datasets", "Images", "Basics"])
// A process of its own for each file, so that its memory can be told.
targets += tests("Hostile", ["reader-memory", "Basics"])
targets += tests(
  "zoo",
  [
    "zoo", "Packaging", "Bundles", "Registry", "Studies", "EncoderKit", "WeightFiles", "Downloads",
    "Images", "CKernels", "Basics",
  ])

/// Every target names all it reaches, not only its neighbours.
///
/// An incremental build compiles a target again when the module of a named dependency has changed.
/// A changed layout in Tensors leaves EncoderKit's module as it was, so a plugin that named EncoderKit
/// alone kept the old layout, and crashed.
let neighbours = Dictionary(
  uniqueKeysWithValues: targets.map { ($0.name, $0.dependencies.compactMap(name(of:))) })

func name(of dependency: Target.Dependency) -> String? {
  switch dependency {
  case .byNameItem(let name, _), .targetItem(let name, _): name
  default: nil
  }
}

func reached(from target: String) -> Set<String> {
  var found: Set<String> = []
  var open = neighbours[target] ?? []
  while let name = open.popLast() {
    if found.insert(name).inserted { open += neighbours[name] ?? [] }
  }
  return found
}

for target in targets where !checksImports {
  target.dependencies = reached(from: target.name).sorted().map { .target(name: $0) }
}
// What no wanted test reaches is not built: after an edit low down that is most of the package.
if let wanted {
  let roots = wanted.map { "\($0)Tests" }
  let kept = roots.reduce(into: Set(roots)) { $0.formUnion(reached(from: $1)) }
  targets.removeAll { !kept.contains($0.name) }
}

/// What other packages may depend on (see docs/public-api.md).
let libraries = ["EncoderZoo", "EncoderKit", "Conformance"]

let package = Package(
  name: "EncoderZoo",
  products: ([.executable(name: "zoo", targets: ["zoo"])]
    + (hasDICOM ? [.executable(name: "zoo-dicom", targets: ["zoo-dicom"])] : [])
    + libraries.map { .library(name: $0, targets: [$0]) })
    .filter { product in wanted == nil || targets.contains { $0.name == product.name } },
  targets: targets,
  cxxLanguageStandard: .cxx17)
