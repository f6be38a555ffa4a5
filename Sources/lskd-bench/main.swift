import Experiments
import ProgramSupport

Program.run(Bench.self, exitCode: ProgramExit.code)
