import Experiments
import ProgramSupport

Program.run(Repro.self, exitCode: ProgramExit.code)
