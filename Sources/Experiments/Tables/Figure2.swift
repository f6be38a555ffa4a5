extension PaperTable {
  /// Curves with and without the Lipschitz term.
  public static let figure2 = PaperTable(
    "figure2", "Training and validation curves with and without the Lipschitz term.",
    title: "training and validation curves with and without the Lipschitz term",
    note:
      "Top-1 error in % after every epoch, mean over seeds: on a part of the training images without augmentation, "
      + "and on the test images. Generated from the runs of table2; the paper prints no numbers for this figure.",
    content: .curves(of: .ofd), recipe: table2.recipe, data: table2.data,
    settings: table2.settings, usualSettings: table2.usualSettings,
    fixedMethods: [Method(.ofd), .london, .londonReleased])
}
