// Types a tour into one shell, so that steps share variables and functions, and compares the output of each step.
// Guarantees: it ends, and then the shell and all that it started are gone. Not promised: when a step fails, the next one
// may have begun.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startChild } from '#host/child.ts'
import { waitFor } from '#host/wait-for.ts'
import { isShown, type Step } from './tour.ts'

export type TypedTour = {
  steps: readonly Step[]
  cwd: string
  env: NodeJS.ProcessEnv
  /** Where the output of each step is kept. */
  folder: string
  /** For each step, in milliseconds. */
  deadlineMs: number
  onStep?: (commands: string, tookMs: number) => void
}

/** @throws Error with commands, expected and actual output of the first step that differs, fails or hangs */
export async function typeTour({ steps, cwd, env, folder, deadlineMs, onStep }: TypedTour): Promise<void> {
  const script = join(folder, 'tour.sh')
  const outputOf = (index: number) => join(folder, `${index}.out`)
  const endOf = (index: number) => join(folder, `${index}.end`)
  const typed = steps.map(
    ({ commands }, index) =>
      `eval ${quoted(commands)} </dev/null >${quoted(outputOf(index))} 2>&1\necho $? >${quoted(endOf(index))}\n`,
  )
  writeFileSync(script, typed.join(''))
  const shell = startChild({ command: 'sh', args: [script], cwd, env })
  try {
    for (const [index, { commands, shown }] of steps.entries()) {
      const begun = performance.now()
      const ended = () => textOf(endOf(index)).endsWith('\n') || !shell.running
      const inTime = await waitFor(ended, { deadlineMs, what: 'the step' }).catch(() => false)
      const printed = textOf(outputOf(index))
      const status = textOf(endOf(index)).trim()
      const wrong = !inTime
        ? `did not end within ${deadlineMs / 1_000} s`
        : status !== '0'
          ? `ended with ${status || 'the shell'}`
          : shown !== undefined && !isShown(printed, shown) && 'printed something else'
      if (wrong)
        throw new Error(`This step ${wrong}:\n${commands}\nshown:\n${shown ?? '(anything)\n'}\ngot:\n${printed}`)
      onStep?.(commands, performance.now() - begun)
    }
  } finally {
    shell.kill()
    await shell.exited
  }
}

const textOf = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '')

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`
