public import Results

extension RunPlan {
  /// Where the run differs from the paper's recipe, or, under `released`, from its authors' own. Those that leave the
  /// paper's networks, images, starts or length come first and keep its results apart from the paper's.
  public var deviations: [RunRecord.Deviation] {
    var list = departures.map { RunRecord.Deviation($0, separates: true) }
    // A student of the paper's recipe whose teacher is not of it is not of it, either.
    if list.isEmpty, let teacher {
      list = teacher.departures.map { .init("teacher: \($0)", separates: true) }
    }
    if let backbone {
      list.append(.init("backbone starts from a file, \(backbone.sha256.prefix(12))"))
    }
    if let partLimit {
      list.append(
        .init(
          "batches in parts of at most \(partLimit) images, which norms and losses that compare images see apart"
        ))
    }
    if recipe.decodesScaled {
      list.append(.init("JPEGs of large crops scaled while they are decoded"))
    }
    if let method { list += deviations(of: method).map { .init($0) } }
    return list
  }

  /// Where the run leaves the paper's networks, images, starts or length.
  private var departures: [String] {
    var list: [String] = []
    let paper = role == .teacher ? setting.teacher : setting.student
    if network != paper { list.append("network \(network) instead of \(paper)") }
    let epochs =
      role == .teacher ? extent.teacherEpochs : extent.epochs
    let paperEpochs = setting.recipe.full.epochs
    if epochs != paperEpochs {
      list.append("\(epochs) epochs instead of \(paperEpochs) in the paper's recipe")
    }
    if recipe.batchSize != paperRecipe.batchSize {
      list.append("batches of \(recipe.batchSize) instead of \(paperRecipe.batchSize)")
    }
    if let warmUp = extent.cosineWarmUp {
      list.append(
        "learning rate along a cosine after \(warmUp) \(warmUp == 1 ? "epoch" : "epochs") of warm-up instead of the recipe's"
      )
    }
    let fraction = extent.trainingFraction
    if data.isSynthetic {
      list.append("synthetic images instead of \(setting.recipe.dataName)")
    }
    if fraction < 1 {
      list.append("\(fraction) of the training images of every class")
    }
    list += data.deviations
    if let departure = setting.recipe.sizing.departure(
      side: extent.imageSize, paper: setting.recipe.full.imageSize)
    {
      list.append(departure)
    }
    if let paperRate = setting.recipe.pretrainedRate {
      if backbone == nil { list.append("no pretrained backbone") }
      let rate = recipe.schedule.baseRate
      if rate != paperRate { list.append("learning rate \(rate) instead of \(paperRate)") }
    }
    if let teacherFile, teacherFile.network != budget.network(for: setting.teacher) {
      list.append("teacher \(teacherFile.network) instead of \(setting.teacher)")
    }
    return list
  }

  private func deviations(of method: Method) -> [String] {
    var list: [String] = []
    if trainingProtocol == .equal {
      list.append(
        setting.recipe.hasReleasedCode && extent.cosineWarmUp == nil
          ? "momentum runs through learning-rate drops; teacher in eval mode"
          : "teacher in eval mode")
    } else if setting.recipe.hasReleasedCode, method.base.family != .overhaul {
      list.append("recipe of \(method.base.family.rawValue), on images prepared as in the OFD code")
    }
    if trainingProtocol == .equal { list += setting.task.equalDepartures(recipe) }
    if let preparation = recipe.preparation {
      let epochs = preparation.epochs == 1 ? "1 epoch" : "\(preparation.epochs) epochs"
      list.append("\(epochs) of preparation at learning rate \(preparation.learningRate)")
    }
    if let lossWeight {
      list.append(sentence("weight \(lossWeight)", lossChoice, lossOrigin))
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
    let released = setting.released
    if trainingProtocol == .released {
      if released.guidedBatchSize != released.batchSize,
        recipe.batchSize == released.guidedBatchSize
      {
        list.append("batches of \(released.guidedBatchSize) as in the released script")
      }
      if let note = released.term.note { list.append(note) }
    }
    if let control = method.control { list.append(control.sentence) }
    if trainingProtocol == .equal, method.guidance != .stopGradient, variant == nil {
      list.append(
        "exact singular pair instead of \(released.term.stepsInWords) unrolled power steps")
    }
    if matchesFirstGradient {
      list.append(
        "Lipschitz term multiplied so that its first gradient is as long as that of the paper's form"
      )
    }
    if trainingProtocol == .equal, setting.released.thirdDropDivisor != nil,
      extent.cosineWarmUp == nil
    {
      list.append("no third learning-rate drop")
    }
    if pairing != .all {
      list.append("Lipschitz term on the pairs of taps \"\(pairing.rawValue)\"")
    }
    if !method.base.connectsTaps { list.append("Lipschitz term on taps without connectors") }
    return list
  }

  private var lossOrigin: String {
    details?.isAuthorsWeight ?? true
      ? "as in the authors' or their code" : "by choice of this suite"
  }

  private func sentence(_ weight: String, _ choice: ChosenWeight?, _ origin: String) -> String {
    switch choice?.source {
    case nil: "\(weight) \(origin), not chosen on held-out images"
    case .tuned(let trials, let isEdge):
      "\(weight), the best of \(trials) on held-out training images"
        + (isEdge ? " and the last of them" : "")
    case .trial: "\(weight), a trial on held-out training images"
    case .request: "\(weight), as asked for"
    }
  }
}
