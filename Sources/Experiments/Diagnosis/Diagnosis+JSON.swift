import Datasets
public import JSON

extension Diagnosis {
  /// All facts by name; bytes are numbers.
  public var value: JSONValue {
    .object([
      "healthy": .bool(isHealthy),
      "suite": .object([
        "version": .string(suite.version), "commit": .string(suite.commit),
        "changed": .bool(suite.isDirty),
      ]),
      "system": .string(system),
      "libtorch": .object([
        "version": .string(libtorch.version),
        "flavour": .optional(libtorch.flavour?.rawValue),
        "directory": .optional(libtorch.directory),
        "openmp": .optional(libtorch.openMP),
      ]),
      "devices": .array(
        devices.map { device in
          .finding(
            device.state,
            [
              "name": .string(device.name),
              "convolution_error": device.error.map { .number($0) } ?? .null,
            ])
        }),
      "processor": .finding(
        processor.state,
        [
          "model": .string(processor.model), "cores": .integer(processor.cores),
          "features": .array(processor.features.map { .string($0) }),
          "libtorch_capability": .string(processor.capability),
          "fused_kernels": processor.kernels == .none ? .null : .string(processor.kernels.rawValue),
        ]),
      "memory": .finding(
        memory.state,
        [
          "total": .integer(memory.total), "available": .integer(memory.available),
          "limit": memory.limit.map { .integer($0) } ?? .null,
        ]),
      "threads": .finding(
        threads.state,
        ["operation": .integer(threads.operation), "waiting": waiting]),
      "data": .object([
        "directory": .string(dataDirectory), "archives": .array(data.map(\.value)),
      ]),
      "runs": .finding(
        space.state,
        [
          "directory": .string(space.directory), "free": space.free.map { .integer($0) } ?? .null,
        ]),
    ])
  }

  private var waiting: JSONValue {
    guard let policy = threads.waitPolicy else { return .null }
    return .object([
      "variable": .string(policy.variable), "value": .string(policy.value),
      "default": .bool(policy.isDefault),
    ])
  }
}

extension Diagnosis.DataFinding {
  fileprivate var value: JSONValue {
    var members: [String: JSONValue] = [
      "dataset": .string(dataset), "archive": .string(archive),
    ]
    switch presence {
    case .absent: members["presence"] = "absent"
    case .partial(let place, let missing, let all):
      members["presence"] = "partial"
      members["place"] = .string(place.path)
      members["incomplete_images"] = .integer(missing)
      members["images"] = .integer(all)
    case .complete(let place):
      members["presence"] = "complete"
      members["place"] = .string(place.path)
    }
    return .finding(state, members)
  }
}

extension JSONValue {
  fileprivate static func optional(_ text: String?) -> JSONValue {
    text.map { .string($0) } ?? .null
  }

  /// Members with the state of a finding and what to do.
  fileprivate static func finding(
    _ state: Diagnosis.State, _ members: [String: JSONValue]
  ) -> JSONValue {
    var all = members
    all["state"] =
      switch state {
      case .good: "good"
      case .limited: "limited"
      case .failing: "failing"
      }
    all["advice"] = optional(state.advice)
    return .object(all)
  }
}
