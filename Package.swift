// swift-tools-version: 6.2
import Foundation
import PackageDescription

// libtorch is what `make setup` links to `.deps/torch`, or the directory that LIBTORCH names. Both hold `include/` and
// `lib/`. Programs link its host part alone and start with any flavour; CUDA is loaded when a device asks for it.
let environment = ProcessInfo.processInfo.environment
let libtorch = environment["LIBTORCH"] ?? "\(Context.packageDirectory)/.deps/torch"
func headers(_ directories: [String]) -> [String] { directories.flatMap { ["-isystem", $0] } }

let checkedCXX = ["-O2", "-Wall", "-Wextra", "-Werror"]
let torchHeaders = CXXSetting.unsafeFlags(
  headers(["\(libtorch)/include", "\(libtorch)/include/torch/csrc/api/include"]) + checkedCXX)
// CUDA's headers: those of the packages beside torch/, of CUDA 13 or 12, or an installed toolkit's. Directories that do
// not exist are passed over.
let cudaHeaders = CXXSetting.unsafeFlags(
  headers(
    [
      "cu13/include", "cu13/include/cccl", "nccl/include", "cuda_runtime/include", "cublas/include",
      "cusparse/include", "cusolver/include",
    ].map { "\(libtorch)/../nvidia/\($0)" }
      + ["\(environment["CUDA_HOME"] ?? "/usr/local/cuda")/include"]))
let torchLibraries = LinkerSetting.unsafeFlags([
  "-L\(libtorch)/lib", "-Xlinker", "-rpath", "-Xlinker", "\(libtorch)/lib", "-ltorch_cpu", "-lc10",
])

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
    name: name, dependencies: dependencies + ["ProgramSupport", "SuiteVersion", arguments],
    swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let package = Package(
  name: "lskd",
  products: [.library(name: "lskd-nccl", type: .dynamic, targets: ["CTorchNCCL"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // Level 0: what knows nothing of the rest.
    .target(
      name: "CTorch",
      // Gloo's code is in libtorch, but its headers are not.
      cxxSettings: [
        torchHeaders, .headerSearchPath("gloo-declarations"),
        .headerSearchPath("../CTorchNCCL/include"),
      ],
      linkerSettings: [torchLibraries]),
    // Loaded by CTorch beside libtorch's CUDA part, whose names the linker leaves open.
    .target(
      name: "CTorchNCCL",
      cxxSettings: [torchHeaders, cudaHeaders],
      linkerSettings: [torchLibraries]),
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
    library("SuiteVersion", []),
    library("ProgramSupport", ["UserErrors", "DurableFiles", arguments]),

    // Level 1: tensors, files, images, records - each without the others.
    library("TensorCore", ["CTorch", "Randomness"]),
    library("CheckpointFormat", ["CZstd", "DurableFiles", "JSON"]),
    library("Images", ["CImage", "DurableFiles"]),
    library("Detection", []),
    library("Results", ["DurableFiles", "JSON", "Statistics", "Randomness"]),

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
    library("Spectra", ["TensorCore", "Randomness"]),
    library("Distillation", ["NeuralNet", "TensorCore", "Lipschitz", "Randomness"]),

    // Level 4
    library(
      "Training",
      [
        "Distillation", "NeuralNet", "TensorCore", "Evaluation", "Datasets", "Detection", "Images",
        "Results", "CheckpointFormat",
      ]),

    // Level 5: a checkpoint measured on a data set; no plans.
    library(
      "Measuring",
      [
        "Spectra", "Randomness", "Statistics", "Lipschitz", "Distillation", "Training", "ModelZoo",
        "NeuralNet", "TensorCore", "Datasets", "Detection", "Images",
        "Evaluation", "Results", "CheckpointFormat", "DurableFiles", "JSON", "UserErrors",
      ]),

    // Level 6: the composition root.
    library(
      "Experiments",
      [
        "Spectra", "Measuring", "Training", "ModelZoo", "Distillation", "Lipschitz", "NeuralNet",
        "TensorCore",
        "Datasets", "Detection", "Images", "Evaluation", "Results", "CheckpointFormat",
        "DurableFiles", "Randomness", "Statistics", "JSON", "UserErrors", "SuiteVersion",
        .product(name: "Yams", package: "Yams"),
      ]),

    // Networks and losses beside golden vectors, and the check of a device.
    library(
      "GoldenVectors",
      [
        "ModelZoo", "Distillation", "Lipschitz", "NeuralNet", "TensorCore", "Detection",
        "Evaluation", "Randomness", "DurableFiles", "JSON",
      ]),
    library("DeviceCheck", ["TensorCore", "Results", "DurableFiles", "JSON"]),

    // Level 7: what programs share, and what lskd-bench calls.
    library(
      "Benchmarks",
      [
        "Spectra", "Experiments", "Measuring", "Training", "ModelZoo", "Distillation", "Lipschitz",
        "NeuralNet", "TensorCore", "Datasets", "Detection", "Images", "Evaluation", "Results",
        "CheckpointFormat", "Interchange", "Randomness", "Statistics", "DurableFiles", "UserErrors",
        "CArchive",
      ]),
    library(
      "PlaceArguments",
      ["Training", "TensorCore", "UserErrors", "DurableFiles", "ProgramSupport", arguments]),
    library(
      "RunArguments",
      [
        "Experiments", "Training", "Distillation", "PlaceArguments", "ProgramSupport", "UserErrors",
        arguments,
      ]),

    // Level 8: argument parsing and printing.
    program(
      "lskd-repro",
      ["Experiments", "RunArguments", "PlaceArguments", "Datasets", "JSON", "UserErrors"]),
    program("lskd-train", ["Experiments", "RunArguments", "PlaceArguments"]),
    program("lskd-eval", ["Measuring", "PlaceArguments", "Datasets", "Evaluation", "UserErrors"]),
    program("lskd-ckpt", ["CheckpointFormat", "Interchange", "ModelZoo"]),
    program("lskd-data", ["Datasets"]),
    program(
      "lskd-bench",
      [
        "Benchmarks", "Experiments", "DeviceCheck", "GoldenVectors", "PlaceArguments", "Datasets",
        "DurableFiles",
        "TensorCore", "UserErrors",
      ]),

    .target(
      name: "TestSupport", dependencies: ["Datasets"], path: "Tests/TestSupport",
      swiftSettings: strict),
    tests("ImportTests", []),
    tests("CheckpointFormatTests", ["CheckpointFormat"]),
    tests("InterchangeTests", ["Interchange", "CheckpointFormat"]),
    tests("ImagesTests", ["TestSupport", "Images", "DurableFiles"]),
    tests("DatasetsTests", ["TestSupport", "Datasets", "Images", "DurableFiles"]),
    tests("JSONTests", ["JSON"]),
    tests("MeasuringTests", ["Measuring", "ModelZoo", "NeuralNet", "CheckpointFormat"]),
    tests("ResultsTests", ["Results", "JSON", "Statistics", "DurableFiles", "Randomness"]),
    .testTarget(
      name: "StatisticsTests", dependencies: ["Statistics", "Randomness"],
      exclude: ["scipy.json"], swiftSettings: strict),
    tests("EvaluationTests", ["Evaluation"]),
    tests("SpectraTests", ["Spectra", "ModelZoo", "NeuralNet", "TensorCore", "Randomness"]),
    tests(
      "DistillationTests",
      ["Distillation", "Lipschitz", "ModelZoo", "NeuralNet", "TensorCore", "Randomness"]),
    tests(
      "TrainingTests",
      [
        "TestSupport", "Training", "Distillation", "Lipschitz", "ModelZoo", "NeuralNet",
        "TensorCore", "Datasets", "Results",
        "CheckpointFormat", "Randomness",
      ]),
    tests(
      "DetectionTests",
      [
        "TestSupport", "Experiments", "Measuring", "UserErrors", "Training", "Distillation",
        "ModelZoo", "NeuralNet",
        "TensorCore",
        "Datasets", "Detection", "Images", "Evaluation", "Randomness", "Results",
        "CheckpointFormat",
      ]),
    tests(
      "SegmentationTests",
      [
        "TestSupport", "Experiments", "Measuring", "UserErrors", "Training", "Distillation",
        "Lipschitz", "ModelZoo",
        "NeuralNet", "TensorCore", "Datasets", "Images", "Evaluation", "Randomness", "Results",
        "CheckpointFormat",
      ]),
    tests(
      "MethodTests",
      [
        "TestSupport", "Experiments", "Measuring", "UserErrors", "Training", "Distillation",
        "Lipschitz", "ModelZoo",
        "NeuralNet",
        "TensorCore", "Datasets", "Randomness", "Results", "CheckpointFormat",
      ]),
    .testTarget(
      name: "ExperimentTests",
      dependencies: [
        "Experiments", "ModelZoo", "NeuralNet", "DurableFiles", "Results", "JSON", "UserErrors",
        "TestSupport",
      ],
      exclude: ["Identities.json"], swiftSettings: strict),
    tests("ProgramTests", ["TestSupport", "SuiteVersion"]),
    tests(
      "ReferenceTests",
      [
        "TestSupport", "Experiments", "Measuring", "UserErrors", "Training", "Distillation",
        "Lipschitz", "ModelZoo",
        "NeuralNet",
        "TensorCore", "Datasets", "Detection", "Images", "Evaluation", "Randomness", "Interchange",
        "CheckpointFormat", "GoldenVectors",
      ]),
  ],
  cxxLanguageStandard: .cxx20
)
