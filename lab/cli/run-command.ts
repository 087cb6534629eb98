// What every command that runs experiments shares: its options, how it starts a run, and what it prints at the end.
import { type Command, Option, InvalidArgumentError } from 'commander'
import { resolve } from 'node:path'
import { PROFILES, type Profile } from '#engine/experiment/profile.ts'
import type { Result, Summary } from '#engine/run/summary.ts'
import type { Threshold } from '#engine/analysis/thresholds/threshold.ts'
import { exitCodeOf, INTERRUPTED, listenForInterrupt } from './command-line.ts'
import { writeJunit } from '../report/junit.ts'
import { type Reporter, run, type RunRequest } from '../session/run.ts'
import { RUNS, shortPath } from '../session/run-folder.ts'
import { type RuntimeName, RUNTIMES } from '../session/environment.ts'
import { expectedMeasures, readThreshold, refuseImpossible } from '../session/thresholds.ts'
import { writeReport } from './commands/past-runs.ts'

export type RunOptions = {
  profile: Profile
  runtime: RuntimeName
  seed: number
  threshold?: Threshold[]
  junit?: string
  out?: string
  json?: boolean
}

export const addRunOptions = (command: Command): Command =>
  command
    .addOption(new Option('--profile <profile>', 'full, or quick with shorter waits').choices(PROFILES).default('full'))
    .addOption(
      new Option('--runtime <runtime>', 'services as processes, or in containers with their brokers')
        .choices(RUNTIMES)
        .default('processes'),
    )
    .option('--seed <number>', 'makes the same orders again', readSeed, 1)
    .option('--out <folder>', 'where the folder of the run is made (default: runs)')
    .option(
      '--threshold <text>',
      'what a measure has to be, such as "completed p99 < 500 ms"; may be given again',
      (text: string, before?: Threshold[]) => [...(before ?? []), readThreshold(text)],
    )
    .option('--junit <file>', 'write every check as a test case, in the XML that CI systems read')
    .option('--json', 'print the summary as JSON, and nothing else')

/** What a command does in its own way. */
export type RunCommandResult = Pick<RunRequest, 'experiments' | 'comparison' | 'before'> & {
  reporter: Reporter
  /** What is told at the end. @param where the folder of the run, as the user would type it */
  told(summary: Summary, where: string): string
  /** What an interrupted user reads last. */
  interrupted(summary: Summary, where: string): string
}

/** Sets the exit code. @throws UsageError when a threshold can apply to nothing, or the JUnit file cannot be written */
export async function runCommand(options: RunOptions, carried: RunCommandResult): Promise<void> {
  const { profile, runtime, seed, out, json, junit } = options
  const { experiments, comparison, before, reporter, told, interrupted } = carried
  const thresholds = before ? (before.summary.thresholds ?? []).map(readThreshold) : (options.threshold ?? [])
  const known = experiments.flatMap(({ experiment }) => expectedMeasures(experiment, profile))
  // Those of a run that is gone on with were not refused when it was begun.
  if (!before) for (const threshold of thresholds) refuseImpossible(threshold, known)
  const stood = before?.summary.results ?? []
  const ids = [...stood.map(({ model, experiment }) => `${model}/${experiment}`), ...experiments.map(({ id }) => id)]
  const saveJunit = (results: readonly Result[]) => junit !== undefined && writeJunit(junit, ids, results)
  // Written before the run too: a file that cannot be written is known then, and one of a killed run is not of another.
  saveJunit(stood)
  const signal = listenForInterrupt()
  const silent: Reporter = { begin() {}, progress() {}, result() {} }
  const { summary, folder } = await run({
    experiments,
    profile,
    runtime,
    seed,
    out: resolve(out ?? RUNS),
    reporter: json ? silent : reporter,
    signal,
    thresholds,
    ...(comparison && { comparison }),
    ...(before && { before }),
  })
  saveJunit(summary.results)
  const where = shortPath(folder)
  const report = shortPath(writeReport(summary, folder))
  if (json) process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`)
  else console.log(`${told(summary, where)}\nIn a browser: ${report}`)
  process.exitCode = exitCodeOf(summary)
  if (!signal.aborted) return
  process.exitCode = INTERRUPTED
  process.stderr.write(`${interrupted(summary, where)}\n`)
}

const SEEDS = 2 ** 31

/** @throws InvalidArgumentError in one sentence */
function readSeed(text: string): number {
  const seed = Number(text)
  if (/^\d+$/.test(text) && seed < SEEDS) return seed
  throw new InvalidArgumentError(`A whole number from 0 to ${SEEDS - 1} is expected.`)
}
