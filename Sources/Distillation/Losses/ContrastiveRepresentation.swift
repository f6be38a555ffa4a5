public import NeuralNet
import Randomness
public import TensorCore

/// Contrastive representation distillation (Tian et al. 2020, CRD): an image's embeddings in both networks must find
/// each other among those of images of other classes, which two memories remember.
///
/// Scores are exp(memory · embedding / T) over a normaliser Z, fixed at the first step; with m negatives and the
/// chance c = m / N of one of them, the loss is -[log(P / (P + c)) + sum over negatives of log(c / (P + c))] over
/// the batch, for both networks. Negatives are drawn with replacement from all images of other classes.
///
/// All scores of a batch against a memory are one product, of which the drawn ones are taken: the same numbers as
/// the released code's gather of rows, without its copies.
public struct ContrastiveRepresentation: FeatureLoss {
  private static let epsilon = 1e-7
  private static let temperature = 0.07
  private static let memoryMomentum = 0.5
  private static let usualNegatives = (count: 16_384, images: 50_000)
  /// Numbers of an embedding.
  public static let usualWidth = 128
  /// T, what keeps quotients finite, how slowly the memories move, the width of an embedding, and the negatives with the
  /// size of the data set for which they are meant.
  public static let usualConstants = [
    "temperature": temperature, "epsilon": epsilon, "memory_momentum": memoryMomentum,
    "embedding_width": Double(usualWidth), "negatives": Double(usualNegatives.count),
    "negatives_images": Double(usualNegatives.images),
  ]

  /// Negatives per image in a data set of so many images: in proportion to the authors'.
  public static func negatives(images: Int) -> Int {
    let share = Double(images) / Double(usualNegatives.images)
    return max(1, Int((Double(usualNegatives.count) * share).rounded()))
  }

  private let own: Linear
  private let other: Linear
  private let memories: (student: Tensor, teacher: Tensor)
  /// Z of the student's scores (against the teacher's memory) and of the teacher's.
  private let normalisers: Tensor
  private let negatives: NegativeSampler?

  /// Registers `embed_s.*`, `embed_t.*` and the memories of `width` numbers per image as buffers.
  public init(
    student: any Network, teacher: any Network, negatives: NegativeSampler, width: Int = usualWidth,
    store: ParameterStore
  ) throws(TensorError) {
    try self.init(
      inputs: (student.tapChannels.last ?? 0, teacher.tapChannels.last ?? 0),
      images: negatives.imageCount, negatives: negatives, width: width, store: store)
  }

  /// A loss of embeddings of these widths, over so many images.
  public init(
    inputs: (Int, Int), images: Int, negatives: NegativeSampler?, width: Int,
    store: ParameterStore
  ) throws(TensorError) {
    let root = store.root
    own = try Linear(root / "embed_s" / "linear", inputs: inputs.0, outputs: width)
    other = try Linear(root / "embed_t" / "linear", inputs: inputs.1, outputs: width)
    let bound = 1 / (Double(width) / 3).squareRoot()
    memories = (
      try root.buffer("memory_v1", shape: [images, width], .uniform(bound: bound)),
      try root.buffer("memory_v2", shape: [images, width], .uniform(bound: bound))
    )
    normalisers = try root.buffer("normalisers", shape: [2], value: 0)
    self.negatives = negatives
  }

  /// The loss of the last taps, averaged over positions; moves the memories.
  public func callAsFunction(_ lesson: Lesson) throws(TensorError) -> Tensor {
    let (student, teacher) = try lesson.embeddings()
    guard let negatives, lesson.batch.indices.count == lesson.batch.count else {
      throw TensorError(
        operation: "contrastive loss", code: .refused,
        message: "the batch does not say which images it holds")
    }
    let drawn = negatives.draw(for: lesson.batch.indices, step: lesson.position.step)
    return try contrast(
      student, teacher,
      indices: try Tensor(
        lesson.batch.indices.map(Int64.init), shape: [student.shape[0]], device: student.device),
      candidates: try Tensor(
        drawn, shape: [student.shape[0], negatives.count + 1], device: student.device),
      isFirst: lesson.position.step == 0)
  }

  /// The loss of embeddings [N, D] of the images `indices` [N] against the rows `candidates` [N, K + 1] of the
  /// memories, the image itself first.
  public func contrast(
    _ student: Tensor, _ teacher: Tensor, indices: Tensor, candidates: Tensor, isFirst: Bool
  ) throws(TensorError) -> Tensor {
    let s = try own(student).normalised(axis: 1)
    let t = try other(teacher).normalised(axis: 1)
    let againstStudent = try scores(t, memories.student, candidates)
    let againstTeacher = try scores(s, memories.teacher, candidates)
    if isFirst { try fixNormalisers(againstTeacher, againstStudent) }
    let loss =
      try side(againstTeacher, try normalisers.narrowed(axis: 0, start: 0, length: 1))
      + (try side(againstStudent, try normalisers.narrowed(axis: 0, start: 1, length: 1)))
    try remember(s, in: memories.student, indices)
    try remember(t, in: memories.teacher, indices)
    return loss
  }

  private func scores(_ x: Tensor, _ memory: Tensor, _ candidates: Tensor) throws(TensorError)
    -> Tensor
  {
    // The memory is moved in place later in this step; autograd keeps this copy.
    let rows = try memory.cloned().transposed()
    return try (try x.matrixProduct(rows).gatheredColumns(candidates) / Self.temperature)
      .exponential()
  }

  private func fixNormalisers(_ first: Tensor, _ second: Tensor) throws(TensorError) {
    let images = Double(memories.student.shape[0])
    let means = try Tensor.concatenated([
      try first.detached().mean().reshaped([1]), try second.detached().mean().reshaped([1]),
    ])
    try normalisers.assign(try means * images)
  }

  private func side(_ scores: Tensor, _ normaliser: Tensor) throws(TensorError) -> Tensor {
    let (batch, columns) = (scores.shape[0], scores.shape[1])
    let chance = Double(columns - 1) / Double(memories.student.shape[0])
    let shares = try scores / (try normaliser.cloned())
    let positive = try shares.narrowed(axis: 1, start: 0, length: 1)
    let negative = try shares.narrowed(axis: 1, start: 1, length: columns - 1)
    let found = try (positive / (positive + (chance + Self.epsilon))).logarithm().sum()
    let told = try ((negative + (chance + Self.epsilon)).power(-1) * chance).logarithm().sum()
    return try (found + told) * (-1 / Double(batch))
  }

  private func remember(_ x: Tensor, in memory: Tensor, _ indices: Tensor) throws(TensorError) {
    try withoutGradient { () throws(TensorError) in
      let old = try memory.rows(indices) * Self.memoryMomentum
      let moved = try (old + (try x * (1 - Self.memoryMomentum))).normalised(axis: 1)
      try memory.assignRows(indices, moved)
    }
  }
}

/// Draws images of other classes for CRD.
public struct NegativeSampler: Sendable {
  /// Images drawn for each.
  public let count: Int
  private let labels: [Int]
  private let imagesByClass: [[Int64]]
  private let seed: UInt64

  /// Draws `count` images for each image of a data set with these classes.
  public init(labels: [Int], count: Int, seed: UInt64) {
    self.count = count
    self.labels = labels
    self.seed = seed
    var members = [[Int64]](repeating: [], count: (labels.max() ?? 0) + 1)
    for (image, label) in labels.enumerated() { members[label].append(Int64(image)) }
    imagesByClass = members
  }

  var imageCount: Int { labels.count }

  /// Row-major [N, count + 1]: every image itself, then others of other classes, with replacement. A pure function
  /// of seed and step.
  func draw(for images: [Int], step: Int) -> [Int64] {
    var stream = RandomStream(seed: seed, purpose: .contrast, UInt64(clamping: step))
    var drawn: [Int64] = []
    drawn.reserveCapacity(images.count * (count + 1))
    for image in images {
      drawn.append(Int64(image))
      let others = labels.count - imagesByClass[labels[image]].count
      guard others > 0 else {
        drawn += [Int64](repeating: Int64(image), count: count)
        continue
      }
      var left = count
      while left > 0 {
        // Images of the own class are drawn again.
        let other = stream.integer(below: labels.count)
        guard labels[other] != labels[image] else { continue }
        drawn.append(Int64(other))
        left -= 1
      }
    }
    return drawn
  }
}
