extension RunPlan {
  /// Where the run differs from the paper's recipe, or, under `released`, from its authors' own.
  public var deviations: [String] {
    var list: [String] = []
    let paper = role == .teacher ? setting.teacher : setting.student
    if network != paper { list.append("network \(network) instead of \(paper)") }
    if budget.epochs != Budget.full.epochs {
      list.append("\(budget.epochs) epochs instead of \(Budget.full.epochs) in the paper's recipe")
    }
    if budget.isSynthetic {
      list.append("synthetic images instead of CIFAR-100")
    } else if budget.trainingFraction < 1 {
      list.append("\(budget.trainingFraction) of the training images of every class")
    }
    if let teacherFile, teacherFile.network != budget.network(for: setting.teacher) {
      list.append("teacher \(teacherFile.network) instead of \(setting.teacher)")
    }
    if let method { list += deviations(of: method) }
    return list
  }

  private func deviations(of method: Method) -> [String] {
    var list: [String] = []
    if trainingProtocol == .equal {
      list.append("momentum runs through learning-rate drops; teacher in eval mode")
    } else if method.family != .overhaul {
      list.append("recipe of \(method.family.rawValue), on images prepared as in the OFD code")
    }
    if let preparation = recipe.preparation {
      list.append(
        "\(preparation.epochs) epochs of preparation at learning rate \(preparation.learningRate)")
    }
    if let lossWeight {
      list.append(sentence("weight \(lossWeight)", lossChoice, "the authors' or their code"))
    }
    if let alpha { list.append(sentence("alpha \(alpha)", alphaChoice, "the released script")) }
    guard method.guidance != nil else { return list }
    if trainingProtocol == .equal, method.guidance == .differentiable, variant == nil {
      list.append("exact singular pair instead of ten unrolled power steps")
    }
    if trainingProtocol == .equal, setting.released.thirdDropDivisor != nil {
      list.append("no third learning-rate drop")
    }
    if method.base != .ofd { list.append("Lipschitz term on taps without connectors") }
    return list
  }

  private func sentence(_ weight: String, _ choice: ChosenWeight?, _ origin: String) -> String {
    switch choice?.source {
    case nil: "\(weight) as in \(origin), not chosen on held-out images"
    case .tuned(let trials): "\(weight), the best of \(trials) on held-out training images"
    case .trial: "\(weight), a trial on held-out training images"
    }
  }
}
