public import Results

/// The numbers of the paper as data.
public enum References {
  /// All tables.
  public static let cells = parameters + errors + precisions + overlaps

  /// Table 1: parameters of teacher and student, millions.
  private static let parameters: [ReferenceCell] = [
    ("a", "5.87", "2.77"), ("b", "5.87", "1.47"), ("c", "5.87", "0.70"), ("d", "5.87", "0.86"),
    ("e", "26.84", "5.87"), ("f", "26.84", "3.91"),
  ].flatMap { setting, teacher, student in
    [("teacher parameters", teacher), ("student parameters", student)].map { column, printed in
      ReferenceCell(
        table: "table1", setting: setting, column: column, printed: printed, unit: "M", grade: .a,
        source: source(.a))
    }
  }

  /// Table 2: CIFAR-100 top-1 error, %.
  private static let errors: [ReferenceCell] = [
    error("a", "teacher", "21.09", .a),
    error("a", "student", "22.72", .a),
    error("a", "kd", "21.69", .d),
    error("a", "fitnets", "21.85", .d),
    error("a", "at", "22.07", .d),
    error("a", "jacobian", "22.18", .d),
    error("a", "ft", "21.72", .d),
    error("a", "ab", "21.36", .d),
    error("a", "ofd", "20.89", .a),
    error("a", "london", nil, .unknown),
    error("b", "teacher", "21.09", .a),
    error("b", "student", "24.88", .a),
    error("b", "kd", "23.43", .d),
    error("b", "fitnets", "23.94", .d),
    error("b", "at", "23.80", .d),
    error("b", "jacobian", "23.70", .d),
    error("b", "ft", "23.41", .d),
    error("b", "ab", "23.19", .d),
    error("b", "ofd", "21.98", .a),
    error("b", "london", nil, .unknown),
    error("c", "teacher", "21.09", .a),
    error("c", "student", "27.32", .a),
    error("c", "kd", "26.47", .d),
    error("c", "fitnets", "26.30", .d),
    error("c", "at", "26.56", .d),
    error("c", "jacobian", "26.71", .d),
    error("c", "ft", "25.91", .d),
    error("c", "ab", "26.02", .d),
    error("c", "ofd", "24.08", .a),
    error("c", "london", "23.78", .b),
    error("d", "teacher", "21.09", .a),
    error("d", "student", "27.68", .a),
    error("d", "kd", "26.76", .d),
    error("d", "fitnets", "26.35", .d),
    error("d", "at", "26.66", .d),
    error("d", "jacobian", "26.60", .d),
    error("d", "ft", "26.20", .d),
    error("d", "ab", "26.04", .d),
    error("d", "ofd", "24.44", .a),
    error("d", "london", nil, .unknown),
    error("e", "teacher", "15.57", .d),
    error("e", "student", "21.09", .a),
    error("e", "kd", "20.97", .d),
    error("e", "fitnets", "22.16", .d),
    error("e", "at", "19.28", .d),
    error("e", "jacobian", "20.59", .d),
    error("e", "ft", "19.04", .d),
    error("e", "ab", "20.46", .d),
    error("e", "ofd", "17.80", .a),
    error("e", "london", nil, .unknown),
    error("f", "teacher", "15.57", .d),
    error("f", "student", "22.58", .a),
    error("f", "kd", "21.68", .d),
    error("f", "fitnets", "23.79", .d),
    error("f", "at", "19.93", .d),
    error("f", "jacobian", "23.49", .d),
    error("f", "ft", "19.53", .d),
    error("f", "ab", "20.89", .d),
    error("f", "ofd", "18.89", .a),
    error("f", "london", nil, .unknown),
  ]

  /// Table 4: mAP on VOC2007 test of SSD300 trained on VOC07+12, %. OFD's two numbers for MobileNet are taken in the order
  /// of its two for ResNet-18.
  private static let precisions: [ReferenceCell] = [
    ("resnet50-resnet18", "teacher", "76.79", .d),
    ("vgg16-resnet18", "teacher", "77.50", .d),
    ("resnet50-mobilenet", "teacher", "76.79", .d),
    ("vgg16-mobilenet", "teacher", "77.50", .d),
    ("resnet50-resnet18", "student", "71.61", .d),
    ("vgg16-resnet18", "student", "71.61", .d),
    ("resnet50-mobilenet", "student", "67.58", .d),
    ("vgg16-mobilenet", "student", "67.58", .d),
    ("resnet50-resnet18", "ofd", "73.08", .c),
    ("vgg16-resnet18", "ofd", "72.38", .d),
    ("resnet50-mobilenet", "ofd", "68.54", .d),
    ("vgg16-mobilenet", "ofd", "68.45", .d),
    ("resnet50-resnet18", "london", nil, .unknown),
    ("vgg16-resnet18", "london", nil, .unknown),
    ("resnet50-mobilenet", "london", nil, .unknown),
    ("vgg16-mobilenet", "london", nil, .unknown),
  ].map { (row: (String, String, String?, ReferenceCell.Grade)) in
    ReferenceCell(
      table: "table4", setting: row.0, column: row.1, printed: row.2, unit: "%", grade: row.3,
      source: source(row.3))
  }

  /// Table 5: mIoU of DeepLabV3+, %, on VOC2012 val by OFD's repository, and by the test server as OFD's paper is quoted.
  private static let overlaps: [ReferenceCell] = [
    ("resnet101-resnet18", "teacher", "77.89", .a, .authors),
    ("resnet101-mobilenet", "teacher", "77.89", .a, .authors),
    ("resnet101-resnet18", "student", "72.07", .a, .authors),
    ("resnet101-mobilenet", "student", "68.46", .a, .authors),
    ("resnet101-resnet18", "ofd", "73.98", .a, .authors),
    ("resnet101-mobilenet", "ofd", "71.19", .a, .authors),
    ("resnet101-resnet18", "teacher", "77.39", .c, .server),
    ("resnet101-mobilenet", "teacher", "77.39", .c, .server),
    ("resnet101-resnet18", "student", "71.79", .c, .server),
    ("resnet101-mobilenet", "student", "68.44", .c, .server),
    ("resnet101-resnet18", "ofd", "73.24", .c, .server),
    ("resnet101-mobilenet", "ofd", "71.36", .c, .server),
    ("resnet101-resnet18", "london", nil, .unknown, .server),
    ("resnet101-mobilenet", "london", nil, .unknown, .server),
  ].map {
    (row: (String, String, String?, ReferenceCell.Grade, ReferenceCell.Judge)) in
    ReferenceCell(
      table: "table5", setting: row.0, column: row.1, printed: row.2, unit: "%", grade: row.3,
      source: source(row.3), judge: row.4)
  }

  private static func error(
    _ setting: String, _ column: String, _ printed: String?, _ grade: ReferenceCell.Grade
  ) -> ReferenceCell {
    ReferenceCell(
      table: "table2", setting: setting, column: column, printed: printed, unit: "%",
      grade: grade, source: source(grade))
  }

  private static func source(_ grade: ReferenceCell.Grade) -> String {
    switch grade {
    case .a: "official repository of OFD"
    case .b: "comment of the official LONDON code"
    case .c: "third party"
    case .d: "remembered"
    case .unknown: "no source found"
    }
  }
}
