public import Experiments
import Foundation
import PlaceArguments

extension RecipeOptions {
  /// The request with its reasons for photos that are left out told on standard error, and in `left-out.txt` beside the run
  /// folders where they are many.
  public func telling(_ data: DataRequest) -> DataRequest {
    let file = URL(fileURLWithPath: runs).appendingPathComponent("left-out.txt")
    var data = data
    data.report = LeftOutPhotos(file: file).tell
    return data
  }
}
