import ProgramSupport

Program.run(CheckpointCommand.self)
