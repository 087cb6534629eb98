// The command line.
// Exit codes: 0 all valid · 1 something invalid · 2 wrong usage · 3 something unknown, vacuous or not run · 130 interrupted.
import { runProgram } from './command-line.ts'
import { labProgram } from './program.ts'

await runProgram(labProgram())
