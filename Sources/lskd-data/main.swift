import ProgramSupport

Program.run(DataCommand.self)
