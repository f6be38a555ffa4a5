import Results

extension PaperTable {
  /// What the settings' networks are.
  public static let table1 = PaperTable(
    "table1", "Settings: networks, parameters, ratios, multiply-adds, beside the published counts.",
    title: "settings on CIFAR-100",
    note:
      "Counted from the networks of this suite, for 100 classes and one 32 x 32 image; multiply-adds of convolutions "
      + "and linear layers. Published counts: README of the OFD code (grade A), in millions.",
    content: .networks(classCount: 100, imageSide: 32), recipe: table2.recipe, data: table2.data,
    settings: table2.settings, references: parameters)

  /// Parameters of teacher and student, millions.
  private static let parameters: [ReferenceCell] = [
    ("a", "5.87", "2.77"), ("b", "5.87", "1.47"), ("c", "5.87", "0.70"), ("d", "5.87", "0.86"),
    ("e", "26.84", "5.87"), ("f", "26.84", "3.91"),
  ].flatMap { setting, teacher, student in
    [("teacher parameters", teacher), ("student parameters", student)].map { column, printed in
      ReferenceCell(
        table: "table1", setting: setting, column: column, printed: printed, unit: "M", grade: .a)
    }
  }
}
