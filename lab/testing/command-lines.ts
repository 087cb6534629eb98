// Runs command lines of the lab one after the other in this process, which tests start once for all that end without having run
// anything. Reads `string[][]` from stdin and writes what each printed, with its exit code, to stdout.
import { text } from 'node:stream/consumers'
import { runCommand } from '../cli/command-line.ts'
import { labProgram } from '../cli/program.ts'

const lines = JSON.parse(await text(process.stdin)) as string[][]
const write = process.stdout.write.bind(process.stdout)
const ran = []
for (const args of lines) {
  const printed = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const)
    process[stream].write = (some: string | Uint8Array) => {
      printed[stream] += String(some)
      return true
    }
  process.exitCode = 0
  await runCommand(labProgram(), args)
  ran.push({ code: process.exitCode, ...printed })
}
process.exitCode = 0
write(JSON.stringify(ran))
