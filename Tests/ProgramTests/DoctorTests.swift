import Foundation
import TestSupport
import Testing

/// What the suite says about the machine, and what it does about the threads of OpenMP.
struct DoctorTests {
  private func diagnosis(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test("the libtorch that was found is one line, with the directory that LIBTORCH would name")
  func foundTorch() throws {
    try inTemporaryDirectory { directory in
      let result = try BuiltProgram("lskd-repro")("doctor", "--find-torch", in: directory)
      #expect(result.code == 0, "\(result.errors)")
      let line = result.output.trimmingCharacters(in: .newlines)
      let words = line.components(separatedBy: ": libtorch ")
      let root = try #require(words.first)
      #expect(FileManager.default.fileExists(atPath: root + "/lib/libtorch_cpu.so"))
      #expect(words.last?.hasSuffix("CPU") == true || words.last?.hasSuffix("CUDA") == true)
    }
  }

  @Test("doctor finds libtorch, computes on the host and names what is missing with its remedy")
  func facts() throws {
    try inTemporaryDirectory { directory in
      let repro = BuiltProgram("lskd-repro")
      let result = try repro("doctor", "--json", in: directory)
      #expect(result.code == 0, "\(result.errors)")
      let found = try diagnosis(result.output)
      #expect(found["healthy"] as? Bool == true)
      let libtorch = try #require(found["libtorch"] as? [String: Any])
      let place = try #require(libtorch["directory"] as? String)
      #expect(FileManager.default.fileExists(atPath: "\(place)/libtorch_cpu.so"))
      #expect(["cpu", "cuda"].contains(libtorch["flavour"] as? String))
      let devices = try #require(found["devices"] as? [[String: Any]])
      #expect(devices[0]["name"] as? String == "cpu" && devices[0]["state"] as? String == "good")
      #expect(try #require(devices[0]["convolution_error"] as? Double) < 1e-4)
      let processor = try #require(found["processor"] as? [String: Any])
      let features = try #require(processor["features"] as? [String])
      let level =
        features.contains("asimd")
        ? "neon"
        : features.contains("avx512f") && features.contains("avx512dq")
          ? "avx512" : features.contains("avx2") && features.contains("fma") ? "avx2" : nil
      #expect(processor["fused_kernels"] as? String == level)
      let memory = try #require(found["memory"] as? [String: Any])
      #expect(try #require(memory["total"] as? Int) > 1 << 28)
      let data = try #require(found["data"] as? [String: Any])
      #expect(data["directory"] as? String == "/nonexistent/lskd")
      let archives = try #require(data["archives"] as? [[String: Any]])
      #expect(archives.count == 8)
      for archive in archives {
        let set = try #require(archive["dataset"] as? String)
        #expect(archive["presence"] as? String == "absent")
        #expect(
          (archive["advice"] as? String)?.contains("`lskd-data fetch \(set)`") == true)
      }
      let text = try repro("doctor", in: directory)
      #expect(text.code == 0)
      for words in [place, "/nonexistent/lskd", "lskd-data fetch voc2012", "small convolution"] {
        #expect(text.output.contains(words), "\(text.output)")
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty)
    }
  }

  @Test("doctor finds data where they are, whole or in part")
  func data() throws {
    try inTemporaryDirectory { directory in
      let made = try BuiltProgram("lskd-data")(
        "synthesize", "--train=60", "--test=20", "set/cifar-100-binary", in: directory)
      #expect(made.code == 0)
      let result = try BuiltProgram("lskd-repro")(
        "doctor", "--data", "set", "--json", in: directory)
      let data = try #require(try diagnosis(result.output)["data"] as? [String: Any])
      let archives = try #require(data["archives"] as? [[String: Any]])
      // Synthetic images are not those of the archive.
      #expect(archives.allSatisfy { $0["presence"] as? String == "absent" })
      #expect(
        archives.contains {
          ($0["advice"] as? String)?.contains(directory.appendingPathComponent("set").path) == true
        })
    }
  }

  @Test("runs that could not be written are said to fail, with exit code 1")
  func unwritable() throws {
    try inTemporaryDirectory { directory in
      let result = try BuiltProgram("lskd-repro")("doctor", "--runs=/proc/lskd", in: directory)
      #expect(result.code == 1)
      #expect(result.output.contains("FAILS: ") && result.output.contains("--runs"), "\(result)")
    }
  }

  @Test(
    "OpenMP's threads wait passively unless the environment says otherwise",
    arguments: [
      ([:], "passive", true), (["OMP_WAIT_POLICY": "active"], "active", false),
      (["GOMP_SPINCOUNT": "1000"], "1000", false), (["KMP_BLOCKTIME": "200"], "200", false),
    ])
  func waiting(_ environment: [String: String], _ value: String, _ isDefault: Bool) throws {
    try inTemporaryDirectory { directory in
      let repro = BuiltProgram(
        "lskd-repro", environment: environment.merging(["OMP_DISPLAY_ENV": "VERBOSE"]) { $1 })
      let result = try repro("doctor", "--json", in: directory)
      // What GNU's runtime says of itself: it spins not once.
      if result.errors.contains("GOMP_SPINCOUNT") {
        #expect(result.errors.contains("GOMP_SPINCOUNT = '0'") == isDefault, "\(result.errors)")
      }
      let threads = try #require(try diagnosis(result.output)["threads"] as? [String: Any])
      let waiting = try #require(threads["waiting"] as? [String: Any])
      #expect(waiting["value"] as? String == value)
      #expect(waiting["default"] as? Bool == isDefault)
    }
  }

  @Test("the benchmark of sharing measures every condition and leaves no process behind")
  func sharing() throws {
    try inTemporaryDirectory { directory in
      let bench = BuiltProgram("lskd-bench")
      let result = try bench(
        "sharing", "--rounds=1", "--seconds=0.1", "--threads=1", in: directory)
      #expect(result.code == 0, "\(result.errors)")
      let rows = result.output.split(separator: "\n").map { $0.split(separator: " ") }
      for policy in ["passive", "active"] {
        for busy in ["0", "1", "2"] {
          let row = try #require(rows.first { $0.count == 7 && $0[0] == busy && $0[1] == policy })
          #expect(try #require(Double(row[2])) > 0)
        }
      }
      #expect(try bench("sharing", "--rounds=0", in: directory).code == 2)
    }
  }
}
