import Foundation
import TestSupport
import Testing

/// The set-up script in front of a machine that lacks something.
struct SetupTests {
  private func setup(_ environment: [String: String]) throws -> (code: Int32, errors: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = [BuiltProgram.project.appendingPathComponent(".ci/setup").path]
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let errors = Pipe()
    process.standardError = errors
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    let data = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }

  @Test("a LIBTORCH that holds none stops with one sentence")
  func noLibtorch() throws {
    let result = try setup(["LIBTORCH": "/nonexistent"])
    #expect(result.code == 1)
    #expect(result.errors.contains("LIBTORCH must name an unpacked libtorch"))
    #expect(result.errors.split(separator: "\n").count == 1)
  }

  @Test("an unsupported libtorch stops with its version")
  func oldLibtorch() throws {
    try inTemporaryDirectory { directory in
      let headers = directory.appendingPathComponent("include/torch")
      for path in [headers, directory.appendingPathComponent("lib")] {
        try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true)
      }
      let text = "#define TORCH_VERSION_MAJOR 1\n#define TORCH_VERSION_MINOR 13\n"
      try Data(text.utf8).write(to: headers.appendingPathComponent("version.h"))
      let result = try setup(["LIBTORCH": directory.path])
      #expect(result.code == 1)
      #expect(result.errors.contains("libtorch 1.13"))
    }
  }

  @Test("without Swift it says what to install")
  func noSwift() throws {
    let result = try setup(["PATH": "/nonexistent:/usr/bin:/bin"])
    #expect(result.code == 1)
    #expect(result.errors.contains("Swift"))
  }

  @Test("without a driver a CPU build that pip knows is taken, once, and the choice is one line")
  func cpuBuildThatPipKnows() throws {
    try inTemporaryDirectory { directory in
      let machine = try FakeMachine(in: directory)
      let result = try machine.setUp()
      #expect(result.code == 0, "\(result.errors)")
      let choice = "libtorch 2.13.0 for CPU: there is no NVIDIA driver; a CPU build that pip knows"
      #expect(result.output.contains(choice))
      #expect(machine.downloads == ["torch==2.13.0+cpu"])
      #expect(try machine.libraries().torch.contains("libtorch_cpu.so"))
      let again = try machine.setUp()
      #expect(again.code == 0 && again.output.isEmpty && again.errors.isEmpty)
      #expect(machine.downloads.count == 1)
    }
  }

  @Test("a CPU build that pip does not know comes from PyTorch's index")
  func cpuBuildOfPyTorchIndex() throws {
    try inTemporaryDirectory { directory in
      let machine = try FakeMachine(in: directory, cpuBuild: .onPyTorchIndex)
      let result = try machine.setUp()
      #expect(result.code == 0, "\(result.errors)")
      #expect(result.output.contains("a CPU build from PyTorch's index"))
      #expect(machine.downloads == ["torch==2.13.0+cpu", "torch==2.13.0+cpu"])
    }
  }

  @Test("without any CPU build the CUDA wheel's host part gets the two packages that it needs")
  func hostPartOfTheCUDAWheel() throws {
    try inTemporaryDirectory { directory in
      let machine = try FakeMachine(in: directory, cpuBuild: .nowhere)
      let result = try machine.setUp()
      #expect(result.code == 0, "\(result.errors)")
      #expect(result.output.contains("the host's part of the ordinary wheel"))
      #expect(
        machine.downloads.dropFirst(2) == [
          "torch===2.13.0",
          "cuda-toolkit[cudart,cupti]==13.0.3; platform_system == \"Linux\"",
        ])
      let libraries = try machine.libraries()
      #expect(libraries.torch == ["libc10.so", "libtorch_cpu.so"])
      #expect(libraries.runtime)
    }
  }

  @Test("with a driver the CUDA build comes with its CUDA packages and nothing of Python")
  func cudaBuild() throws {
    try inTemporaryDirectory { directory in
      let machine = try FakeMachine(in: directory, driver: "580.65.06")
      let result = try machine.setUp()
      #expect(result.code == 0, "\(result.errors)")
      #expect(result.output.contains("for CUDA: the NVIDIA driver is 580.65.06"))
      #expect(
        machine.downloads == [
          "torch===2.13.0",
          "cuda-toolkit[cublas,cudart,cupti,crt,cccl]==13.0.3; platform_system == \"Linux\"",
          "nvidia-nccl-cu13==2.29.7; platform_system == \"Linux\"",
        ])
      let libraries = try machine.libraries()
      #expect(libraries.torch == ["libc10.so", "libtorch_cpu.so", "libtorch_cuda.so"])
      #expect(libraries.runtime)
      let torch = directory.appendingPathComponent(".deps/torch").resolvingSymlinksInPath()
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: torch.path).sorted()
          == [".flavour", "include", "lib"])
    }
  }

  @Test("a driver that is too old for CUDA 13 gives a CPU build, and the line says so")
  func oldDriver() throws {
    try inTemporaryDirectory { directory in
      let result = try FakeMachine(in: directory, driver: "535.104.05").setUp()
      #expect(result.code == 0, "\(result.errors)")
      #expect(result.output.contains("for CPU: the NVIDIA driver 535.104.05 is older than 580"))
    }
  }

  @Test("LSKD_TORCH overrides the driver, and its choice stays for later calls without it")
  func flavourByHand() throws {
    try inTemporaryDirectory { directory in
      let machine = try FakeMachine(in: directory)
      #expect(try machine.setUp().code == 0)
      let cuda = try machine.setUp("cuda")
      #expect(cuda.output.contains("for CUDA: because of LSKD_TORCH"))
      #expect(try machine.setUp().output.isEmpty)
      #expect(try machine.libraries().torch.contains("libtorch_cuda.so"))
      let before = machine.downloads
      #expect(try machine.setUp("cpu").output.contains("for CPU"))
      #expect(machine.downloads == before, "both flavours lie there")
      #expect(try !machine.libraries().torch.contains("libtorch_cuda.so"))
      let wrong = try machine.setUp("rocm")
      #expect(wrong.code == 1)
      #expect(wrong.errors == "setup: LSKD_TORCH takes cpu or cuda, not rocm\n")
    }
  }

  @Test("a download that fails leaves nothing and gives pip's reason in one sentence")
  func failedDownload() throws {
    try inTemporaryDirectory { directory in
      let machine = try FakeMachine(in: directory, driver: "580.65.06")
      let pip = directory.appendingPathComponent("bin/python3")
      let working = try Data(contentsOf: pip)
      let broken = """
        #!/bin/bash
        [[ $* == *--version* ]] && exit 0
        echo 'ERROR: no route to host' >&2
        exit 1

        """
      try Data(broken.utf8).write(to: pip)
      let result = try machine.setUp()
      #expect(result.code == 1)
      #expect(result.errors.contains("torch 2.13.0 (ERROR: no route to host)"))
      #expect(result.errors.split(separator: "\n").count == 1)
      #expect(try machine.deposits().isEmpty)
      try working.write(to: pip)
      #expect(try machine.setUp().code == 0)
    }
  }

  @Test("a wheel that is cut short is never taken for a libtorch")
  func brokenWheel() throws {
    try inTemporaryDirectory { directory in
      let result = try FakeMachine(in: directory, breaksWheels: true).setUp()
      #expect(result.code == 1)
      #expect(result.errors.contains("a downloaded wheel cannot be unpacked"))
      let deposits = try FileManager.default.contentsOfDirectory(
        atPath: directory.appendingPathComponent(".deps").path)
      #expect(deposits == ["lock"])
    }
  }

  @Test("what a killed set-up left behind is not used and goes away")
  func killedDownload() throws {
    try inTemporaryDirectory { directory in
      let machine = try FakeMachine(in: directory)
      for half in ["download.abcdef/torch/lib", "torch-2.13.0-cpu/torch/lib"] {
        try FileManager.default.createDirectory(
          at: directory.appendingPathComponent(".deps/\(half)"), withIntermediateDirectories: true)
      }
      #expect(try machine.setUp().code == 0)
      #expect(machine.downloads.count == 1)
      #expect(try machine.deposits() == ["torch", "torch-2.13.0-cpu"])
      #expect(try machine.libraries().torch.contains("libtorch_cpu.so"))
    }
  }
}
