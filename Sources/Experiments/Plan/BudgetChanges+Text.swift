import ModelZoo
public import UserErrors

extension BudgetChanges {
  /// Changes a part to what a user wrote: numbers, names, and lists separated by commas.
  public mutating func set(_ part: Part, _ text: String) throws(UsageError) {
    switch part {
    case .epochs: epochs = try Self.number(text, 1...100_000, part)
    case .teacherEpochs: teacherEpochs = try Self.number(text, 1...100_000, part)
    case .part:
      guard let share = Double(text), share > 0, share <= 1 else {
        throw UsageError("\(part.rawValue) takes a share above 0 and up to 1, not \"\(text)\"")
      }
      self.part = share
    case .size: size = try Self.number(text, 1...8192, part)
    case .networks: networks = try Self.networks(text)
    case .schedule:
      guard let form = ScheduleForm(rawValue: text) else {
        throw UsageError(
          "there is no schedule \"\(text)\"; known are "
            + ScheduleForm.allCases.map(\.rawValue).joined(separator: ", "))
      }
      schedule = form
    case .warmUp: warmUp = try Self.number(text, 0...100_000, part)
    case .batch: batch = try Self.number(text, 2...65_536, part)
    case .seeds: seeds = try TableRequest.seeds(text, "seed")
    case .teacherSeeds: teacherSeeds = try TableRequest.seeds(text, "teacher's seed")
    }
  }

  private static func number(_ text: String, _ range: ClosedRange<Int>, _ part: Part)
    throws(UsageError) -> Int
  {
    guard let number = Int(text), range.contains(number) else {
      throw UsageError(
        "\(part.rawValue) takes a whole number from \(range.lowerBound) to \(range.upperBound), "
          + "not \"\(text)\"")
    }
    return number
  }

  private static func networks(_ text: String) throws(UsageError) -> [Architecture: Architecture] {
    var networks: [Architecture: Architecture] = [:]
    for pair in text.split(separator: ",", omittingEmptySubsequences: false) {
      let names = pair.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
      guard names.count == 2 else {
        throw UsageError(
          "\"\(pair)\" names no network and the one that stands for it; write wrn-28-4=wrn-28-2")
      }
      do {
        let paper = try Architecture(names[0])
        guard networks.updateValue(try Architecture(names[1]), forKey: paper) == nil else {
          throw UsageError("network \(paper) is named twice")
        }
      } catch let error as UsageError {
        throw error
      } catch {
        throw UsageError("\(error)")
      }
    }
    return networks
  }
}
