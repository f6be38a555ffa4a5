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
  /// What runs of a budget can show and what they cannot, by the budget's name.
  public var limits: [String: String] = [:]
  /// Cells of another table that stand beside this one's.
  public var besides: Besides?
  /// Who judges, too; nil for nobody.
  public var server: Server?
  /// The contrast that was named before anything ran; nil for none in this table.
  public var primary: Primary?
  /// What its runs are measured with and its best epochs chosen on.
  public var measuredOn = "test"
  /// Differences up to so many points do not count: the margin of equivalence.
  public var margin = TableDescription.usualMargin

  /// The gain over OFD that the paper has in the one setting of which both numbers are known.
  public static let usualMargin = 0.3

  /// A server that alone has the truth of other images.
  public struct Server: Hashable, Sendable {
    /// Title of its column.
    public var title: String
    /// Name of its figure in the file that a user puts beside a record.
    public var figure: String

    /// Names a server.
    public init(title: String, figure: String) {
      self.title = title
      self.figure = figure
    }
  }

  /// The one contrast whose p-value is not adjusted.
  public struct Primary: Hashable, Sendable {
    /// The setting.
    public var setting: String
    /// The method that is judged.
    public var first: String
    /// The method that it is judged by.
    public var second: String
    /// By the budget's name, the numbers of blocks with which it is judged, the last one the end; between them it is not
    /// judged at all, because whoever adds blocks until a test is significant always ends. Each look has an equal share of
    /// the level (Bonferroni). None for a budget: judged once, with the blocks there are.
    public var looks: [String: [Int]] = [:]

    /// Names a contrast.
    public init(setting: String, first: String, second: String, looks: [String: [Int]] = [:]) {
      self.setting = setting
      self.first = first
      self.second = second
      self.looks = looks
    }

    /// When it is judged under a budget; nil for once, with the blocks there are.
    func looksSentence(budget: String) -> String? {
      guard let counts = looks[budget], let last = counts.last else { return nil }
      let before = counts.dropLast().map(String.init).joined(separator: ", ")
      return "The primary contrast, \(first) − \(second) of setting \(setting), is judged with "
        + (before.isEmpty ? "" : before + " and ") + "\(last) blocks of budget \(budget) alone"
        + (counts.count > 1 ? ", each time at 0.05 / \(counts.count)." : ".")
    }

    func matches(_ contrast: Contrast) -> Bool {
      contrast.setting == setting && contrast.first.subject.isPlain
        && contrast.second.subject.isPlain && contrast.first.subject.method == first
        && contrast.second.subject.method == second
    }
  }

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
        && (record.subject.guidance == nil || record.subject.hasPaperTerm)
    }
  }

  /// Describes a table.
  public init(
    id: String, title: String, note: String? = nil, metrics: TableMetrics, methods: [String],
    besides: Besides? = nil, server: Server? = nil
  ) {
    self.id = id
    self.title = title
    self.note = note
    self.metrics = metrics
    self.methods = methods
    self.besides = besides
    self.server = server
  }
}
