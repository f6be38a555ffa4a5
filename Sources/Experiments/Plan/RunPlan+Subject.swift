public import Results

extension RunPlan {
  /// What is trained, as records have it.
  public var subject: RunRecord.Subject {
    guard let method else { return .init(role: .teacher, name: "teacher") }
    return RunRecord.Subject(
      role: .student, name: name(of: method), method: method.description,
      base: method.base.id, guidance: guidance, trial: trial, weights: weights,
      constants: (details?.constants ?? [:]).merging(method.control?.constants ?? [:]) { $1 })
  }

  /// `teacher`, or the method's name with its variant or trial weight.
  public var methodName: String { method.map(name) ?? "teacher" }

  private func name(of method: Method) -> String {
    if let variant { return "\(method) \(variant)" }
    return trial.map { "\(method) weight=\($0.weight)" } ?? method.description
  }

  private var guidance: RunRecord.Guidance? {
    method?.guidance.map { form in
      .init(
        form: form == .stopGradient ? .stopGradient : .differentiable, pairs: pairing.rawValue,
        variant: variant?.fact, control: method?.control?.rawValue)
    }
  }

  private var trial: RunRecord.Trial? {
    if let alphaChoice, alphaChoice.source == .trial {
      return .init(term: .lipschitz, weight: alphaChoice.value)
    }
    guard let lossChoice, lossChoice.source == .trial else { return nil }
    return .init(term: .loss, weight: lossChoice.value)
  }

  /// The weights with which the run trains; a variant may have others than its method.
  private var weights: RunRecord.Weights {
    var weights = RunRecord.Weights(loss: lossWeight)
    guard method?.guidance != nil else { return weights }
    switch variant {
    case .alpha(let alpha): weights.alpha = alpha
    case .share(let share): weights.share = share
    default: (weights.alpha, weights.share) = (alpha, share)
    }
    return weights
  }
}

extension LipschitzVariant {
  /// The departure as records have it.
  var fact: RunRecord.Guidance.Variant {
    switch self {
    case .alpha(let alpha): .init(parameter: "alpha", value: .number(alpha))
    case .share(let share): .init(parameter: "share", value: .number(share))
    case .steps(let steps): .init(parameter: "steps", value: .integer(steps))
    case .startOnes: .init(parameter: "start", value: "ones")
    case .ratio: .init(parameter: "compare", value: "ratio")
    case .batchMatrix: .init(parameter: "matrix", value: "batch")
    case .symmetricPair: .init(parameter: "pair", value: "symmetric")
    }
  }
}
