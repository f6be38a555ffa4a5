import ProgramSupport

Program.run(Train.self)
