extension PaperTable {
  /// Every table and figure, in the paper's order. A new one is a file in this directory and its name here.
  public static let all: [PaperTable] = [
    .table1, .table2, .table3, .table4, .table5, .table6, .figure2,
  ]

  /// The table that is meant where none is named, and on whose networks the catalogue of methods is measured.
  public static let usual = table2
}
