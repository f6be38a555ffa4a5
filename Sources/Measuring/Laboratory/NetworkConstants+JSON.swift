public import JSON
import Spectra

extension NetworkConstants {
  /// As `lskd-repro lipschitz --json` prints it. A bound that is not finite is null.
  public var value: JSONValue {
    .object([
      "checkpoint": .string(file.relativePath), "sha256": .string(sha256),
      "architecture": .string(architecture.description),
      "input": .array(input.map { .integer($0) }),
      "images": .object(["count": .integer(imageCount), "source": .string(source.text)]),
      "transmitting_matrices": transmitting.value,
      "layers": .array(layers.map(\.value)), "modules": .array(modules.map(\.value)),
      "network": .object(
        whole.bounds.members.merging([
          "at_images": .number(whole.atImages), "after_ascent": .number(whole.afterAscent),
          "seconds": .number(whole.seconds), "unit": "normalised input",
          "pixels": .object(whole.pixels.members),
        ]) { $1 }),
    ])
  }
}

extension NetworkConstants.Module.End {
  /// As names have it.
  var text: String {
    switch self {
    case .images: "images"
    case .tap(let number): "tap \(number)"
    case .logits: "logits"
    }
  }
}

extension NetworkConstants.Module {
  /// Both ends.
  var name: String { "\(start.text) to \(end.text)" }

  var value: JSONValue {
    var members = bounds?.members ?? ["lower": .null, "upper": .null, "certificate": .null]
    members["name"] = .string(name)
    members["seconds"] = .number(seconds)
    return .object(members)
  }
}

extension LayerNorm {
  var value: JSONValue {
    var members = bounds.members
    members["name"] = .string(name)
    members["kind"] = .string(kind.rawValue)
    members["input"] = .array(input.map { .integer($0) })
    members["stride"] = .integer(stride)
    members["seconds"] = .number(seconds)
    if let convolution {
      members["gram"] = .number(convolution.gram)
      members["circular"] = convolution.circular.map { .number($0) } ?? .null
      members["kernel_norm"] = .number(convolution.kernel)
    }
    return .object(members)
  }
}

extension NormBounds {
  var members: [String: JSONValue] {
    var members: [String: JSONValue] = [
      "lower": Self.number(lower), "upper": Self.number(upper),
      "certificate": .string(certificate.description),
    ]
    if case .randomStart(let steps, let failure, let residual) = certificate {
      members["steps"] = .integer(steps)
      members["failure_probability"] = .number(failure)
      members["residual"] = .number(residual)
    }
    return members
  }

  private static func number(_ value: Double) -> JSONValue {
    value.isFinite ? .number(value) : .null
  }
}
