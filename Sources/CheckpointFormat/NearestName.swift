extension String {
  /// The name with the fewest letters to insert, leave out or replace (Levenshtein); nil where there is none.
  package func nearest(in names: some Sequence<String>) -> String? {
    names.map { (name: $0, distance: distance(to: $0)) }.min { $0.distance < $1.distance }?.name
  }

  private func distance(to other: String) -> Int {
    let letters = Array(other)
    var row = Array(0...letters.count)
    for (i, x) in enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in letters.enumerated() {
        let replaced = diagonal + (x == y ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = Swift.min(replaced, diagonal + 1, row[j] + 1)
      }
    }
    return row[letters.count]
  }
}
