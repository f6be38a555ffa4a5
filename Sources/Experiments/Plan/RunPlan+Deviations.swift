extension RunPlan {
  /// Where the run differs from the paper's recipe, or, under `released`, from its authors' own.
  public var deviations: [String] {
    var list: [String] = []
    let paper = role == .teacher ? setting.teacher : setting.student
    if network != paper { list.append("network \(network) instead of \(paper)") }
    let epochs =
      role == .teacher
      ? budget.teacherEpochs(for: setting.task) : budget.epochs(for: setting.task)
    let paperEpochs = Budget.full.epochs(for: setting.task)
    if epochs != paperEpochs {
      list.append("\(epochs) epochs instead of \(paperEpochs) in the paper's recipe")
    }
    if recipe.batchSize != setting.released.batchSize, setting.task == .detection {
      list.append("batches of \(recipe.batchSize) instead of \(setting.released.batchSize)")
    }
    let fraction = budget.trainingFraction(for: setting.task)
    if budget.isSynthetic {
      list.append("synthetic images instead of \(setting.task.dataName)")
    } else if fraction < 1 {
      list.append("\(fraction) of the training images of every class")
    }
    list += data.deviations
    if setting.task == .detection {
      list.append(
        backbone.map { "backbone starts from a file, \($0.sha256.prefix(12))" }
          ?? "no pretrained backbone")
      let rate = recipe.schedule.learningRate(epoch: 0, step: 0, stepsInTotal: 1)
      if rate != Recipe.detectorRate {
        list.append("learning rate \(rate) instead of \(Recipe.detectorRate)")
      }
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
      list.append(
        setting.task == .classification
          ? "momentum runs through learning-rate drops; teacher in eval mode"
          : "teacher in eval mode")
    } else if setting.task == .classification, method.family != .overhaul {
      list.append("recipe of \(method.family.rawValue), on images prepared as in the OFD code")
    }
    if let preparation = recipe.preparation {
      list.append(
        "\(preparation.epochs) epochs of preparation at learning rate \(preparation.learningRate)")
    }
    if let lossWeight {
      list.append(sentence("weight \(lossWeight)", lossChoice, setting.task.weightOrigin(method)))
    }
    if let alpha {
      list.append(sentence("alpha \(alpha)", alphaChoice, "as in the released script"))
    }
    if let share {
      list.append(
        sentence(
          "Lipschitz term at share \(share) of the loss", alphaChoice, "by choice of this suite"))
    }
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
    case nil: "\(weight) \(origin), not chosen on held-out images"
    case .tuned(let trials): "\(weight), the best of \(trials) on held-out training images"
    case .trial: "\(weight), a trial on held-out training images"
    }
  }
}

extension VisionTask {
  /// Whose the weight of a method's loss is.
  fileprivate func weightOrigin(_ method: Method) -> String {
    self == .classification || method.base == .ofd
      ? "as in the authors' or their code" : "by choice of this suite"
  }
}
