import Results
import Statistics

extension [Double] {
  /// Middle of measured times; NaN without any.
  var median: Double { Sample(self).median ?? .nan }
}
