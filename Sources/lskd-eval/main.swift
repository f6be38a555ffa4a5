import Experiments
import ProgramSupport

Program.run(Eval.self, exitCode: ProgramExit.code)
