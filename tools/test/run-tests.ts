/** Which test files the user means, and Node's test runner over them, in a process of its own; it prints straight to the terminal. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { compiledFolder } from '#host/folders.ts'

const GRACE_MS = 10_000

export type RunnerOptions = {
  filesAtOnce: number
  /** No single file is near this: it ends what hangs, so that a build fails with a name and does not time out. */
  fileDeadlineMs: number
  /** Beyond this process's own. */
  environment?: NodeJS.ProcessEnv
  signal: AbortSignal
}

/** Resolves with the runner's exit code once it has ended; an aborted `signal` ends it, and gives 130. Without files, 0. */
export async function runTests(
  files: readonly string[],
  { filesAtOnce, fileDeadlineMs, environment, signal }: RunnerOptions,
): Promise<number> {
  signal.throwIfAborted()
  if (files.length === 0) return 0
  const flags = [
    '--test',
    '--test-reporter=spec',
    `--test-concurrency=${filesAtOnce}`,
    `--test-timeout=${fileDeadlineMs}`,
  ]
  const runner = spawn(process.execPath, [...flags, ...files], {
    stdio: ['ignore', 'inherit', 'inherit'],
    // What was compiled for one file is not compiled again for the next.
    env: { ...process.env, NODE_COMPILE_CACHE: compiledFolder(), ...environment },
  })
  const end = (): void => {
    runner.kill('SIGINT')
    setTimeout(() => runner.kill('SIGKILL'), GRACE_MS).unref()
  }
  signal.addEventListener('abort', end)
  await once(runner, 'exit')
  signal.removeEventListener('abort', end)
  return signal.aborted ? 130 : (runner.exitCode ?? 1)
}

const ALONE = '.alone.test.ts'

/** Which files run beside each other, and which one after the other behind them. */
export const inTurns = (files: readonly string[]): { together: string[]; alone: string[] } => ({
  together: files.filter(file => !file.endsWith(ALONE)),
  alone: files.filter(file => file.endsWith(ALONE)),
})

export type Choice = { files: string[]; problem?: string }

/** How the name of a test file ends: of those that `npm test` runs, that need a container engine, and that need a browser. */
export type Ending = '.test.ts' | '.compose-test.ts' | '.browser-test.ts'

/** All test files without words, else those whose path contains any of them; a word that matches nothing is a problem. */
export function chooseTests(paths: readonly string[], words: readonly string[], ending: Ending = '.test.ts'): Choice {
  const tests = paths.filter(path => path.endsWith(ending))
  const idle = words.find(word => !tests.some(path => path.includes(word)))
  if (idle !== undefined) {
    return { files: [], problem: `No test file has "${idle}" in its path; give a part of one, for example sync-rest.` }
  }
  return { files: tests.filter(path => words.length === 0 || words.some(word => path.includes(word))) }
}
