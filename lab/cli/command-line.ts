// What all command lines of the lab have in common: what goes wrong is one sentence and a way out, never a stack trace.
import { Command, CommanderError } from 'commander'
import { COULD_NOT_RUN, USAGE } from '../session/exit-code.ts'
import { UsageError } from './usage.ts'

export function createProgram(name: string, description: string): Command {
  return (
    new Command(name)
      .description(description)
      .exitOverride()
      // Commander puts its suggestion on a line of its own.
      .configureOutput({
        outputError: (text, write) =>
          write(
            `${text
              .trim()
              .replaceAll('\n', ' ')
              .replace(/^error: /, '')}\n`,
          ),
      })
  )
}

/** Sets the exit code of the process; never throws. */
export async function runProgram(program: Command): Promise<void> {
  try {
    await program.parseAsync()
  } catch (error) {
    process.exitCode = codeOf(error)
  }
}

function codeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  return error instanceof UsageError ? USAGE : COULD_NOT_RUN
}
