// The command line from outside, for tests: a real child process with a cache folder of its own, so that what it leaves
// can be counted.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { isOfFullMachine } from '#engine/checks/service.ts'
import type { Result } from '#engine/run/summary.ts'
import { cacheFolder } from '#host/folders.ts'
import { isRunning } from '#host/process-table.ts'
import { waitFor } from '#host/wait-for.ts'
import { variables } from '#infra/brokers/provide.ts'
import { testBroker } from '#infra/testing/test-broker.ts'
import { experiments } from '../session/registry.ts'
import { parseSummary, ROOT } from '../session/run-folder.ts'

export type Cli = {
  process: ChildProcess
  /** What it has printed until now. */
  stdout(): string
  stderr(): string
  /** Resolves when `text` was printed on either. */
  untilPrinted(text: string, deadlineMs?: number): Promise<void>
  /** Exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals | null>
  /** The processes that it has started and that are running. */
  children(): number[]
}

export type TestFolder = { path: string; cache: string; runs: string; remove(): void }

export function testFolder(): TestFolder {
  const path = mkdtempSync(join(tmpdir(), 'lab-cli-'))
  const remove = () => rmSync(path, { recursive: true, force: true, maxRetries: 5 })
  return { path, cache: join(path, 'cache'), runs: join(path, 'runs'), remove }
}

/** Packages that were fetched before are lent to the folder's own cache, and not fetched again. */
export function lendPackages({ cache }: TestFolder): void {
  mkdirSync(cache, { recursive: true })
  for (const name of list(cacheFolder()).filter(each => /^(kafka|rabbitmq)-/.test(each)))
    symlinkSync(join(cacheFolder(), name), join(cache, name))
}

/** What the lab keeps only while it is at work: leases, records of live runs, data. */
export const leftovers = ({ cache }: TestFolder): string[] =>
  ['ports', 'live', 'data'].flatMap(name => list(join(cache, name)).map(file => `${name}/${file}`))

/** @param file `main` or `service` @param to where its output goes, in place of `stdout()` */
export function startCli(file: string, args: readonly string[], env: NodeJS.ProcessEnv = {}, to?: string): Cli {
  const out = to === undefined ? 'pipe' : openSync(to, 'w')
  const child = spawn(process.execPath, [join(ROOT, `lab/cli/${file}.ts`), ...args], {
    cwd: ROOT,
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', out, 'pipe'],
  })
  if (typeof out === 'number') closeSync(out)
  const output = { stdout: '', stderr: '' }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  let over = false
  // 'close' comes after the last output.
  const ended = once(child, 'close').then(([code, signal]) => {
    over = true
    return signal ?? code
  })
  return {
    process: child,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    async untilPrinted(text, deadlineMs = 60_000) {
      const isPrinted = () => (output.stdout + output.stderr).includes(text)
      const what = `"${text}" from lab ${args.join(' ')}`
      await waitFor(() => isPrinted() || over, { deadlineMs, everyMs: 20, what })
      if (!isPrinted()) throw new Error(`${what} was never printed; it printed: ${output.stdout}${output.stderr}`)
    },
    ended,
    children: () => childrenOf(child.pid ?? 0).filter(isRunning),
  }
}

/** Runs it to its end. */
export async function runCli(file: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const cli = startCli(file, args, env)
  const code = await cli.ended
  return { code, stdout: cli.stdout(), stderr: cli.stderr() }
}

export type Printed = { code: number; stdout: string; stderr: string }

/** Several that end without having run anything, in one process, one after the other. Resolves with what each has printed. */
export async function runCommandLines(lines: readonly (readonly string[])[]): Promise<Printed[]> {
  const child = spawn(process.execPath, [join(ROOT, 'lab/testing/command-lines.ts')], {
    cwd: ROOT,
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdin.end(JSON.stringify(lines))
  const [printed, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
  assert.equal(code, 0, printed)
  return JSON.parse(printed) as Printed[]
}

function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return text.split(' ').flatMap(each => (each ? [Number(each)] : []))
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** The ids of a model's experiments. */
export const experimentsOf = (model: string): string[] =>
  Object.keys(experiments).filter(id => experiments[id]?.model.name === model)

/** What a run in a quick profile should not have: failures, and checks that are not valid. A variant of a few orders may sell out nothing. */
export const faultsOf = (results: readonly Result[]) =>
  results.flatMap(({ experiment, failure, checks }) => [
    ...(failure ? [{ experiment, failure }] : []),
    ...checks
      .filter(({ name, verdict }) => verdict !== 'valid' && !(name === 'oversold' && verdict === 'vacuous'))
      .map(check => ({ experiment, ...check })),
  ])

/** Runs an experiment in its quick profile on the brokers of the tests: every check is valid, and nothing is left but its results. */
export const assertQuickRun = (id: string): Promise<void> => assertRun(['run', id, '--profile', 'quick'], [id])

/** The same for all experiments in their smoke profile. */
export const assertSmokeRun = (): Promise<void> => assertRun(['start', '--profile', 'smoke'], Object.keys(experiments))

/** A machine that was full says nothing of the model, whose verdict is unknown then: so often it may be run again. */
const MOST_AGAIN = 2

type Fault = { experiment?: string; failure?: string; verdict?: string; detail?: string }

/** Whether nothing is invalid, and something is unknown because the machine was full. */
const isWorthRunningAgain = (faults: readonly Fault[]): boolean =>
  faults.every(({ failure, verdict }) => failure === undefined && verdict !== 'invalid') &&
  faults.some(({ verdict = '', detail = '' }) => isOfFullMachine({ verdict, detail }))

/** Runs it again, as often as `MOST_AGAIN` allows, while of its result nothing is known because the machine was full. */
export async function untilKnown<Run>(run: () => Promise<Run>, faultsIn: (run: Run) => readonly Fault[]): Promise<Run> {
  let last = await run()
  for (let again = 0; again < MOST_AGAIN && isWorthRunningAgain(faultsIn(last)); again++) last = await run()
  return last
}

async function assertRun(command: readonly string[], ids: readonly string[]): Promise<void> {
  const folder = testFolder()
  try {
    const kinds = new Set(ids.flatMap(id => experiments[id]?.model.brokers ?? []))
    const brokers = Object.fromEntries([...kinds].map(kind => [variables[kind], testBroker(kind)]))
    const args = [...command, '--out', folder.runs, '--json']
    const run = async () => {
      const { code, stdout, stderr } = await runCli('main', args, { ...brokers, LAB_CACHE_DIR: folder.cache })
      return { code, stderr, results: parseSummary(stdout, 'stdout').results }
    }
    const { code, stderr, results } = await untilKnown(run, each => faultsOf(each.results))
    assert.deepEqual(faultsOf(results), [], stderr)
    assert.deepEqual(
      results.map(({ model, experiment, verdict }) => [`${model}/${experiment}`, verdict]),
      ids.map(id => [id, 'valid']),
    )
    assert.equal(code, 0)
    // Its report is drawn from the histories that it wrote.
    assert.doesNotMatch(stderr, /is not a readable history/)
    assert.deepEqual(leftovers(folder), [])
  } finally {
    folder.remove()
  }
}
