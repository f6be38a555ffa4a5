// swift-tools-version: 6.2
import Foundation
import PackageDescription

// libtorch is found in `.deps/libtorch` (made by `make setup`) or in the directory that LIBTORCH names.
// Both hold `include/` and `lib/`.
let libtorch =
  ProcessInfo.processInfo.environment["LIBTORCH"] ?? "\(Context.packageDirectory)/.deps/libtorch"
let hasCUDA = FileManager.default.fileExists(atPath: "\(libtorch)/lib/libtorch_cuda.so")

// NCCL is asked for where there is CUDA; Gloo's code is in libtorch, but its headers are not.
let groupHeaders: [CXXSetting] =
  [.headerSearchPath("gloo-declarations")] + (hasCUDA ? [.define("CTORCH_CUDA")] : [])
let torchHeaders: [CXXSetting] = [
  .unsafeFlags([
    "-isystem", "\(libtorch)/include",
    "-isystem", "\(libtorch)/include/torch/csrc/api/include",
    "-O2", "-Wall", "-Wextra", "-Werror",
  ])
]
// The CUDA back end registers itself when its library is loaded; without --no-as-needed the linker
// would drop it, because nothing refers to it by name.
let cudaLibraries =
  hasCUDA
  ? ["-Xlinker", "--no-as-needed", "-ltorch_cuda", "-lc10_cuda", "-Xlinker", "--as-needed"] : []
let torchLibraries: [LinkerSetting] = [
  .unsafeFlags(
    ["-L\(libtorch)/lib", "-Xlinker", "-rpath", "-Xlinker", "\(libtorch)/lib"] + cudaLibraries
      + ["-ltorch", "-ltorch_cpu", "-lc10"])
]

let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("ExistentialAny"),
]
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies + ["ProgramSupport", arguments], swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let package = Package(
  name: "lskd",
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")
  ],
  targets: [
    // Level 0: what knows nothing of the rest.
    .target(
      name: "CTorch", cxxSettings: torchHeaders + groupHeaders, linkerSettings: torchLibraries),
    .systemLibrary(name: "CZstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CCrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CArchive", providers: [.apt(["libarchive-dev"])]),
    .target(
      name: "CImage", cSettings: [.unsafeFlags(["-O2", "-Wall", "-Wextra", "-Werror"])],
      linkerSettings: [.linkedLibrary("jpeg"), .linkedLibrary("png")]),
    .target(
      name: "CMatio", cSettings: [.unsafeFlags(["-O2", "-Wall", "-Wextra", "-Werror"])],
      linkerSettings: [.linkedLibrary("matio"), .linkedLibrary("z")]),
    .target(
      name: "CDownload", cSettings: [.unsafeFlags(["-O2", "-Wall", "-Wextra", "-Werror"])],
      linkerSettings: [.linkedLibrary("curl")]),
    .target(
      name: "CXML",
      cSettings: [
        .unsafeFlags([
          "-isystem", "/usr/include/libxml2", "-O2", "-Wall", "-Wextra", "-Werror",
        ])
      ],
      linkerSettings: [.linkedLibrary("xml2")]),
    library("Randomness", []),
    library("DurableFiles", ["CCrypto"]),
    library("JSON", []),
    library("Statistics", ["Randomness"]),
    library("UserErrors", []),
    library("ProgramSupport", ["UserErrors", arguments]),

    // Level 1: tensors, files, images, records - each without the others.
    library("TensorCore", ["CTorch", "Randomness"]),
    library("CheckpointFormat", ["CZstd", "DurableFiles", "JSON"]),
    library("Images", ["CImage"]),
    library("Detection", []),
    library("Results", ["DurableFiles", "JSON", "Statistics"]),

    // Level 2
    library(
      "Datasets",
      [
        "Images", "Detection", "Randomness", "DurableFiles", "CArchive", "CDownload", "CMatio",
        "CXML",
      ]),
    library("NeuralNet", ["TensorCore", "CheckpointFormat", "Randomness"]),
    library("Evaluation", []),
    library("Interchange", ["CheckpointFormat", "CArchive", "DurableFiles", "JSON"]),

    // Level 3
    library("ModelZoo", ["NeuralNet", "TensorCore", "Detection", "CheckpointFormat"]),
    library("Lipschitz", ["TensorCore", "Randomness"]),
    library("Distillation", ["NeuralNet", "TensorCore", "Lipschitz", "Randomness"]),

    // Level 4
    library(
      "Training",
      [
        "Distillation", "NeuralNet", "TensorCore", "Evaluation", "Datasets", "Detection", "Results",
        "CheckpointFormat",
      ]),

    // Level 5: a checkpoint measured on a data set; no plans.
    library(
      "Measuring",
      [
        "Training", "ModelZoo", "NeuralNet", "TensorCore", "Datasets", "Detection", "Images",
        "Evaluation", "Results", "CheckpointFormat", "DurableFiles", "JSON", "UserErrors",
      ]),

    // Level 6: the composition root.
    library(
      "Experiments",
      [
        "Measuring", "Training", "ModelZoo", "Distillation", "Lipschitz", "NeuralNet", "TensorCore",
        "Datasets", "Detection", "Images", "Evaluation", "Results", "CheckpointFormat",
        "DurableFiles", "Randomness", "Statistics", "JSON", "UserErrors",
      ]),

    // Level 7: what programs share, and what lskd-bench calls.
    library(
      "Benchmarks",
      [
        "Experiments", "Measuring", "Training", "ModelZoo", "Distillation", "Lipschitz",
        "NeuralNet", "TensorCore", "Datasets", "Detection", "Evaluation", "Results",
        "CheckpointFormat", "Interchange", "Randomness", "Statistics", "UserErrors",
      ]),
    library(
      "PlaceArguments", ["Training", "TensorCore", "UserErrors", "DurableFiles", arguments]),
    library("RunArguments", ["Experiments", "Distillation", "PlaceArguments", arguments]),

    // Level 8: argument parsing and printing.
    program("lskd-repro", ["Experiments", "RunArguments", "PlaceArguments", "UserErrors"]),
    program("lskd-train", ["Experiments", "RunArguments", "PlaceArguments"]),
    program("lskd-eval", ["Measuring", "PlaceArguments", "Evaluation", "UserErrors"]),
    program("lskd-ckpt", ["CheckpointFormat", "Interchange"]),
    program("lskd-data", ["Datasets"]),
    program("lskd-bench", ["Benchmarks", "PlaceArguments"]),

    .target(
      name: "TestPhotos", dependencies: ["Datasets"], path: "Tests/TestPhotos",
      swiftSettings: strict),
    tests("ImportTests", []),
    tests("CheckpointFormatTests", ["CheckpointFormat"]),
    tests("InterchangeTests", ["Interchange", "CheckpointFormat"]),
    tests("ImagesTests", ["TestPhotos", "Images", "DurableFiles"]),
    tests("DatasetsTests", ["TestPhotos", "Datasets", "Images", "DurableFiles"]),
    tests("JSONTests", ["JSON"]),
    tests("MeasuringTests", ["Measuring", "ModelZoo", "NeuralNet", "CheckpointFormat"]),
    tests("ResultsTests", ["Results", "JSON", "Statistics"]),
    .testTarget(
      name: "StatisticsTests", dependencies: ["Statistics", "Randomness"],
      exclude: ["scipy.json"], swiftSettings: strict),
    tests("EvaluationTests", ["Evaluation"]),
    tests(
      "DistillationTests",
      ["Distillation", "Lipschitz", "ModelZoo", "NeuralNet", "TensorCore", "Randomness"]),
    tests(
      "TrainingTests",
      [
        "Training", "Distillation", "Lipschitz", "ModelZoo", "NeuralNet", "TensorCore", "Datasets",
        "CheckpointFormat", "Randomness",
      ]),
    tests(
      "DetectionTests",
      [
        "TestPhotos", "Experiments", "Measuring", "UserErrors", "Training", "Distillation",
        "ModelZoo", "NeuralNet",
        "TensorCore",
        "Datasets", "Detection", "Images", "Evaluation", "Randomness", "Results",
        "CheckpointFormat",
      ]),
    tests(
      "SegmentationTests",
      [
        "TestPhotos", "Experiments", "Measuring", "UserErrors", "Training", "Distillation",
        "Lipschitz", "ModelZoo",
        "NeuralNet", "TensorCore", "Datasets", "Images", "Evaluation", "Randomness", "Results",
        "CheckpointFormat",
      ]),
    tests(
      "MethodTests",
      [
        "TestPhotos", "Experiments", "Measuring", "UserErrors", "Training", "Distillation",
        "Lipschitz", "ModelZoo",
        "NeuralNet",
        "TensorCore", "Datasets", "Randomness", "Results",
      ]),
    tests("ExperimentTests", ["Experiments", "DurableFiles", "Results", "JSON"]),
    tests("ProgramTests", []),
    tests(
      "ReferenceTests",
      [
        "TestPhotos", "Experiments", "Measuring", "UserErrors", "Training", "Distillation",
        "Lipschitz", "ModelZoo",
        "NeuralNet",
        "TensorCore", "Datasets", "Detection", "Images", "Evaluation", "Randomness", "Interchange",
        "CheckpointFormat",
      ]),
  ],
  cxxLanguageStandard: .cxx20
)
