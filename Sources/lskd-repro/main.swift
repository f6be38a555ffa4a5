import ProgramSupport

Program.run(Repro.self)
