extension PaperTable {
  /// Ablation of the Lipschitz term.
  public static let table6 = PaperTable(
    "table6",
    "Ablation of the Lipschitz term: weight, share of the loss, and what the paper does not show.",
    title: "ablation of the Lipschitz term, CIFAR-100 top-1 error, %",
    note:
      "The paper's own cells are unknown. Known is a remark, quoted by a third party (grade C): performance "
      + "falls once the term exceeds 20 % of the loss. OFD and LONDON are the runs of table2.",
    recipe: table2.recipe, data: table2.data, settings: table2.settings,
    usualSettings: table2.usualSettings, fixedMethods: [Method(.ofd), .london], hasVariants: true,
    besides: .init(table: "table2", base: MethodCard.ofd.id))
}
