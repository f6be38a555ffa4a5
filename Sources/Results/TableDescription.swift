/// What a report says of a table besides its runs.
public struct TableDescription: Sendable {
  /// Name, as records have it.
  public var id: String
  /// What is measured, with its unit.
  public var title: String
  /// What a reader must know; nil for nothing.
  public var note: String?
  /// What is measured.
  public var metrics: TableMetrics
  /// Order of the rows: methods without the Lipschitz term.
  public var methods: [String]
  /// Cells of another table that stand beside this one's.
  public var besides: Besides?
  /// Whether a test server exists that may judge, too.
  public var hasServer: Bool

  /// Cells of another table: of a method with and without the paper's Lipschitz term.
  public struct Besides: Hashable, Sendable {
    /// The other table.
    public var table: String
    /// The method without the term.
    public var base: String

    /// Names the cells.
    public init(table: String, base: String) {
      self.table = table
      self.base = base
    }

    func contains(_ record: RunRecord) -> Bool {
      record.table == table && record.subject.base == base && record.subject.isPlain
        && record.subject.guidance?.form != .stopGradient
    }
  }

  /// Describes a table.
  public init(
    id: String, title: String, note: String? = nil, metrics: TableMetrics, methods: [String],
    besides: Besides? = nil, hasServer: Bool = false
  ) {
    self.id = id
    self.title = title
    self.note = note
    self.metrics = metrics
    self.methods = methods
    self.besides = besides
    self.hasServer = hasServer
  }
}
