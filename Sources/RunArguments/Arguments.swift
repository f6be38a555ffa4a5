public import ArgumentParser
public import Distillation
public import Experiments

extension Budget: ExpressibleByArgument {}

extension TrainingProtocol: ExpressibleByArgument {}

extension TapPairing: ExpressibleByArgument {}
