// Types a tour into one shell, so that steps share variables and functions, and compares the output of each step. A step
// in a terminal of its own goes on running beside the others; the next one begins when its output is as shown.
// Guarantees: it ends, and then the shell and all that it started are gone. Not promised: when a step fails, the next one
// may have begun.
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { TestContext } from 'node:test'
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
  /** Called with a line about each step that is done. */
  log?: (line: string) => void
}

type Files = Record<'output' | 'status' | 'go', string>

/** @throws Error with commands, expected and actual output of the first step that differs, fails or hangs */
export async function typeTour({ steps, cwd, env, folder, deadlineMs, log }: TypedTour): Promise<void> {
  const script = join(folder, 'tour.sh')
  const filesOf = (index: number): Files => {
    const path = (ending: string) => join(folder, `${index}.${ending}`)
    return { output: path('out'), status: path('status'), go: path('go') }
  }
  writeFileSync(script, steps.map((step, index) => scriptOf(step, filesOf(index))).join(''))
  const shell = startChild({ command: 'sh', args: [script], cwd, env })
  try {
    for (const [index, step] of steps.entries()) {
      const files = filesOf(index)
      const begun = performance.now()
      const done = () => isDone(step, files) || !shell.running
      const inTime = await waitFor(done, { deadlineMs, what: 'the step' }).catch(() => false)
      const problem = inTime ? problemOf(step, files) : `did not end within ${deadlineMs / 1_000} s`
      if (problem) throw new Error(describe(problem, step, textOf(files.output)))
      writeFileSync(files.go, '')
      const seconds = (performance.now() - begun) / 1_000
      log?.(`${seconds.toFixed(1)} s: ${step.commands.split('\n')[0]}`)
    }
  } finally {
    shell.kill()
    await shell.exited
  }
}

function scriptOf({ commands, ownTerminal }: Step, { output, status, go }: Files): string {
  const typed = `eval ${quoted(commands)} </dev/null >${quoted(output)} 2>&1`
  const noted = `echo $? >${quoted(status)}`
  if (!ownTerminal) return `${typed}\n${noted}\n`
  return `{ ( ${typed} ); ${noted}; } &\nuntil [ -e ${quoted(go)} ]; do sleep 0.05; done\n`
}

const hasEnded = ({ status }: Files): boolean => textOf(status).endsWith('\n')

const isAsShown = ({ shown = '…\n' }: Step, { output }: Files): boolean => isShown(textOf(output), shown)

const isDone = (step: Step, files: Files): boolean => hasEnded(files) || (step.ownTerminal && isAsShown(step, files))

function problemOf(step: Step, files: Files): string | undefined {
  const code = textOf(files.status).trim()
  if (code !== '0' && !(step.ownTerminal && code === '')) return `ended with ${code || 'the shell'}`
  return isAsShown(step, files) ? undefined : 'printed something else'
}

const describe = (problem: string, { commands, shown }: Step, printed: string): string =>
  `This step ${problem}:\n${commands}\nshown:\n${shown ?? '(anything)\n'}\ngot:\n${printed}`

const textOf = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '')

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`

const ROOT = resolve(import.meta.dirname, '../..')

/** Files of a reader's own stack. They stay out of the copy. */
const LOCAL_FILES = /\/(\.env|metrics\/[^/]+\.json)$/

/**
 * A copy of parts of the checkout, so that a tour changes nothing in the checkout and leaves nothing there. Both folders are
 * removed after the test; `folder` is for what the test writes itself.
 */
export function copyCheckout(t: TestContext, parts: readonly string[]): { folder: string; copy: string } {
  const folder = mkdtempSync(join(tmpdir(), 'lab-tour-'))
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  const copy = join(folder, 'copy')
  for (const part of parts)
    cpSync(join(ROOT, part), join(copy, part), { recursive: true, filter: path => !LOCAL_FILES.test(path) })
  return { folder, copy }
}
