import Experiments
import ProgramSupport

Program.run(Train.self, exitCode: ProgramExit.code)
