import Dispatch
import Synchronization

/// The values of `body` for 0..<count in order, computed on all processors, `chunk` neighbours at a time.
public func concurrentMap<Value: Sendable>(
  count: Int, chunk: Int = 16, _ body: @Sendable (Int) -> Value
) -> [Value] {
  let results = Mutex<[(chunk: Int, values: [Value])]>([])
  DispatchQueue.concurrentPerform(iterations: (count + chunk - 1) / chunk) { number in
    let values = (number * chunk..<min((number + 1) * chunk, count)).map(body)
    results.withLock { $0.append((number, values)) }
  }
  return results.withLock { $0 }.sorted { $0.chunk < $1.chunk }.flatMap(\.values)
}
