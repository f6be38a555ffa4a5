import Results

extension TableDescription {
  /// What is known of a table of the suite.
  init(named table: String) {
    let methods = MethodCard.all.map(\.id)
    switch table {
    case "table4":
      self.init(
        id: table,
        title: "object detection with SSD300, mean average precision by the rule of VOC 2007, %",
        metrics: .detection, methods: methods)
    case "table5":
      self.init(
        id: table,
        title:
          "semantic segmentation with DeepLabV3+, mean intersection over union of VOC's validation set, %",
        note:
          "One confusion matrix over the set, void dropped, the mean over 21 classes. Scaled: photos and masks with the short "
          + "side of the recipe, 513 in the paper's, as the released code measures; native: as large as they are. The truth of "
          + "the test set is on the server alone: what it said of a run is printed where its folder holds it "
          + "(`test-server.json`).",
        metrics: .segmentation, methods: methods, hasServer: true)
    case "table6":
      self.init(
        id: table, title: "ablation of the Lipschitz term, CIFAR-100 top-1 error, %",
        note:
          "The paper's own cells are unknown. Known is a remark, quoted by a third party (grade C): performance "
          + "falls once the term exceeds 20 % of the loss. OFD and LONDON are the runs of table 2.",
        metrics: .classification, methods: methods,
        besides: .init(table: "table2", base: MethodCard.ofd.id))
    case "tune":
      self.init(
        id: table,
        title: "choice of weights, top-1 error on a held-out tenth of the training images, %",
        note: choice(of: "table 2", "images"), metrics: .classification, methods: methods)
    case "tune-table4":
      self.init(
        id: table,
        title:
          "choice of weights, mean average precision on a held-out tenth of the training photos, %",
        note: choice(of: "table 4", "photos"), metrics: .detection, methods: methods)
    case "tune-table5":
      self.init(
        id: table,
        title:
          "choice of weights, mean intersection over union on a held-out tenth of the training photos, %",
        note: choice(of: "table 5", "photos"), metrics: .segmentation, methods: methods)
    default:
      self.init(
        id: table, title: "CIFAR-100 top-1 error, %", metrics: .classification, methods: methods)
    }
  }
}

private func choice(of table: String, _ images: String) -> String {
  "The choices are what the equal protocol takes for \(table). Neither student nor teacher has seen the "
    + "held-out \(images), and the test \(images) take no part."
}
