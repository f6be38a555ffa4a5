import ProgramSupport

Program.run(Bench.self)
