/// Greedy non-maximum suppression.
public enum Suppression {
  /// Positions of the boxes that stay, the best score first: of the `limit` best scores (equals in their order) each
  /// one that overlaps with no better one that stays by more than `overlap`.
  public static func kept(
    boxes: [FractionBox], scores: [Float], overlap: Double, limit: Int
  ) -> [Int] {
    precondition(boxes.count == scores.count)
    let order = boxes.indices.sorted {
      scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1
    }.prefix(limit)
    var kept: [Int] = []
    for index in order {
      let isFree = kept.allSatisfy { boxes[$0].overlap(with: boxes[index]) <= overlap }
      if isFree { kept.append(index) }
    }
    return kept
  }
}
