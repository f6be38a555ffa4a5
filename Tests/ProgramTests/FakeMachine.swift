import Foundation

/// A copy of the set-up in a directory of its own, on a machine whose driver, pip and linker are scripts.
///
/// pip answers with wheels of a few files: `torch` for the host or with CUDA, and one for all CUDA packages.
struct FakeMachine {
  let root: URL

  /// Where a build of torch for the CPU can be had.
  enum CPUBuild {
    case known, onPyTorchIndex, nowhere
  }

  /// `driver` is the version that the NVIDIA driver reports; nil for none.
  init(in root: URL, driver: String? = nil, cpuBuild: CPUBuild = .known, breaksWheels: Bool = false)
    throws
  {
    self.root = root
    let files = FileManager.default
    try files.copyItem(
      at: BuiltProgram.project.appendingPathComponent(".ci"),
      to: root.appendingPathComponent(".ci"))
    try files.createDirectory(at: bin, withIntermediateDirectories: true)
    try script("swift", "exit 0")
    try script("nvidia-smi", driver.map { "echo \($0)" } ?? "exit 9")
    // libtorch_cpu.so of a CUDA build lacks the runtime until it lies beside torch/.
    try script(
      "ldd",
      """
      runtime=$(dirname "$1")/../../nvidia/cu13/lib/libcudart.so.13
      grep -q 'needs CUDA' "$1" && [ ! -e "$runtime" ] && echo 'libcudart.so.13 => not found'
      exit 0
      """)
    try pip(cpuBuild: cpuBuild, breaksWheels: breaksWheels)
    try torchWheel("cpu", ["libc10.so": "", "libtorch_cpu.so": ""])
    try torchWheel(
      "cuda", ["libc10.so": "", "libtorch_cpu.so": "needs CUDA", "libtorch_cuda.so": "needs CUDA"])
    try wheel("nvidia", ["nvidia/cu13/lib/libcudart.so.13": ""])
  }

  /// What pip was asked for, one call after the other; requirements of a file as their lines.
  var downloads: [String] {
    guard let text = try? String(contentsOf: root.appendingPathComponent("calls"), encoding: .utf8)
    else { return [] }  // No call has been made.
    return text.split(separator: "\n").map(String.init)
  }

  /// Runs the set-up.
  func setUp(_ choice: String? = nil) throws -> (code: Int32, output: String, errors: String) {
    var environment = ProcessInfo.processInfo.environment
    environment["PATH"] = "\(bin.path):/usr/bin:/bin"
    environment["LIBTORCH"] = nil
    environment["LSKD_TORCH"] = choice
    let process = Process()
    process.executableURL = root.appendingPathComponent(".ci/setup")
    process.environment = environment
    let pipes = [Pipe(), Pipe()]
    process.standardOutput = pipes[0]
    process.standardError = pipes[1]
    try process.run()
    let texts = pipes.map {
      String(decoding: $0.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    }
    process.waitUntilExit()
    return (process.terminationStatus, texts[0], texts[1])
  }

  /// Files of the libtorch in use, and whether CUDA's runtime lies beside it.
  func libraries() throws -> (torch: [String], runtime: Bool) {
    let torch = root.appendingPathComponent(".deps/torch").resolvingSymlinksInPath()
    let names = try FileManager.default.contentsOfDirectory(
      atPath: torch.appendingPathComponent("lib").path)
    let runtime = torch.deletingLastPathComponent()
      .appendingPathComponent("nvidia/cu13/lib/libcudart.so.13")
    return (names.sorted(), FileManager.default.fileExists(atPath: runtime.path))
  }

  /// Names in `.deps` other than the lock.
  func deposits() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent(".deps").path)
      .filter { $0 != "lock" }.sorted()
  }

  private var bin: URL { root.appendingPathComponent("bin") }

  private func script(_ name: String, _ text: String) throws {
    let file = bin.appendingPathComponent(name)
    try Data("#!/bin/bash\n\(text)\n".utf8).write(to: file)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
  }

  private func pip(cpuBuild: CPUBuild, breaksWheels: Bool) throws {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    let offers =
      switch cpuBuild {
      case .known: "*+cpu"
      case .onPyTorchIndex: "*--index-url*--timeout*+cpu"
      case .nowhere: "nothing"
      }
    try script(
      "python3",
      """
      [ "$1 $2" = "-m pip" ] || PATH='\(path)' exec python3 "$@"
      [ "$3" = download ] || exit 0
      dest=; requirements=
      for word; do
        [ "$previous" != --dest ] || dest=$word
        [ "$previous" != --requirement ] || requirements=$word
        previous=$word
      done
      cd '\(root.path)'
      case "$*" in
      *--requirement*) cat "$requirements" >>calls; wheel=nvidia ;;
      *) echo "${*: -1}" >>calls
        case "$*" in \(offers)) wheel=cpu ;; *===2.*) wheel=cuda ;; *)
          echo "ERROR: No matching distribution found for ${*: -1}" >&2; exit 1 ;;
        esac ;;
      esac
      mkdir -p "$dest"
      \(breaksWheels ? "head -c 100" : "cat") wheels/$wheel.whl >"$dest/$wheel.whl"
      """)
  }

  private func torchWheel(_ name: String, _ libraries: [String: String]) throws {
    var files = [
      "torch/include/torch/version.h":
        "#define TORCH_VERSION_MAJOR 2\n#define TORCH_VERSION_MINOR 13\n",
      "torch/nn/modules.py": "",
      "torch-2.13.0.dist-info/METADATA": """
      Requires-Dist: sympy>=1.13.3
      Requires-Dist: cuda-toolkit[cublas,cudart,cupti]==13.0.3; platform_system == "Linux"
      Requires-Dist: nvidia-nccl-cu13==2.29.7; platform_system == "Linux"
      Requires-Dist: triton==3.7.1; platform_system == "Linux"

      """,
    ]
    for (library, text) in libraries { files["torch/lib/\(library)"] = text }
    try wheel(name, files)
  }

  private func wheel(_ name: String, _ files: [String: String]) throws {
    let tree = root.appendingPathComponent("wheels/\(name)")
    for (path, text) in files {
      let file = tree.appendingPathComponent(path)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-m", "zipfile", "-c", "\(tree.path).whl"]
    process.arguments? += try FileManager.default.contentsOfDirectory(atPath: tree.path).sorted()
    process.currentDirectoryURL = tree
    try process.run()
    process.waitUntilExit()
  }
}
