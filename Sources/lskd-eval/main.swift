import ProgramSupport

Program.run(Eval.self)
