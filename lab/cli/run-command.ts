// What every command that runs experiments shares: its options, how it starts a run, and what it prints at the end.
import { type Command, Option } from 'commander'
import { resolve } from 'node:path'
import { type Profile, PROFILES, type Result, type Summary } from '#engine/run/summary.ts'
import type { Threshold } from '#engine/analysis/thresholds.ts'
import { COULD_NOT_RUN, exitCodeOf, INTERRUPTED, listenForInterrupt } from './command-line.ts'
import { writeJunit } from '../report/junit.ts'
import { type Reporter, run, type RunRequest } from '../session/run.ts'
import { RUNS, shortPath } from '../session/run-folder.ts'
import { type RuntimeName, RUNTIMES } from '../session/environment.ts'
import { type PinOptions, pinningOf } from '../session/pinning.ts'
import { expectedMeasures, readThreshold, refuseImpossible } from '../session/thresholds.ts'
import { wholeNumber } from './usage.ts'
import { endBox } from '../report/terminal/end-box.ts'
import { print, terminalWidth } from '../report/terminal/screen.ts'
import { runEnd } from './run-end.ts'
import { writeReport } from './commands/past-runs.ts'

export type RunOptions = PinOptions & {
  profile: Profile
  runtime: RuntimeName
  seed: number
  threshold?: Threshold[]
  junit?: string
  out?: string
  json?: boolean
}

/** @param others profiles of this command alone, with what they are */
export const addRunOptions = (command: Command, others: Readonly<Record<string, string>> = {}): Command =>
  command
    .addOption(
      new Option(
        '--profile <profile>',
        [
          'full',
          ...Object.values(others),
          'quick with shorter waits, or smoke: verdicts in a minute, and no times',
        ].join(', '),
      )
        .choices([...PROFILES, ...Object.keys(others)])
        .default('full'),
    )
    .addOption(
      new Option('--runtime <runtime>', 'services as processes, or services and brokers in containers')
        .choices(RUNTIMES)
        .default('processes'),
    )
    .option('--seed <number>', 'the same seed gives the same orders', readSeed, 1)
    .option('--out <folder>', 'the parent of the folder of the run (default: runs)')
    .option(
      '--threshold <text>',
      'a required bound of a measure, such as "completed p99 < 500 ms"; repeatable',
      (text: string, before?: Threshold[]) => [...(before ?? []), readThreshold(text)],
    )
    .option('--junit <file>', 'write every check as a test case in JUnit XML, for CI systems')
    .option('--generator-cpus <list>', 'pin the load generator, and all of the lab, to CPUs such as 0 or 0-1,3')
    .option(
      '--service-cpus <list>',
      'pin services, and brokers from packages, to other ones; each has what the other leaves',
    )
    .option('--json', 'print only the summary, as JSON')

/** The parts of a run that differ between commands. */
export type RunCommand = Pick<RunRequest, 'experiments' | 'comparison' | 'before'> & {
  reporter: Reporter
  /** The text at the end. @param where the folder of the run, as the user would type it */
  result(summary: Summary, where: string): string
  /** The last line of an interrupted run. */
  interrupted(summary: Summary, where: string): string
}

/** Sets the exit code. @throws UsageError when a threshold can apply to nothing, or the JUnit file cannot be written */
export async function runCommand(options: RunOptions, command: RunCommand): Promise<void> {
  const { profile, runtime, seed, out, json, junit } = options
  const { experiments, comparison, before, reporter, result, interrupted } = command
  const thresholds = before ? (before.summary.thresholds ?? []).map(readThreshold) : (options.threshold ?? [])
  const expected = experiments.flatMap(({ experiment }) => expectedMeasures(experiment, profile))
  // Those of a resumed run were accepted when it was started.
  if (!before) for (const threshold of thresholds) refuseImpossible(threshold, expected)
  const cpus = pinningOf(before ? pinsOf(before.summary) : options, runtime)
  const earlier = before?.summary.results ?? []
  const ids = [...earlier.map(({ model, experiment }) => `${model}/${experiment}`), ...experiments.map(({ id }) => id)]
  const saveJunit = (results: readonly Result[]) => junit !== undefined && writeJunit(junit, ids, results)
  // Also written before the run: a path that cannot be written fails early, and a killed run leaves no file of another run.
  saveJunit(earlier)
  const signal = listenForInterrupt()
  const silent: Reporter = { begin() {}, progress() {}, result() {} }
  const { summary, folder, unsaved } = await run({
    experiments,
    profile,
    runtime,
    seed,
    out: resolve(out ?? RUNS),
    reporter: json ? silent : reporter,
    signal,
    thresholds,
    ...(cpus && { cpus }),
    ...(comparison && { comparison }),
    ...(before && { before }),
  })
  const unwritten = unsaved === undefined ? [] : [unsaved]
  const written = async <Each>(write: () => Each | Promise<Each>): Promise<Each | undefined> => {
    try {
      return await write()
    } catch (error) {
      unwritten.push(error instanceof Error ? error.message : String(error))
      return undefined
    }
  }
  await written(() => saveJunit(summary.results))
  const where = shortPath(folder)
  const report = await written(() => writeReport(summary, folder))
  if (json) process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`)
  else {
    print(result(summary, where))
    console.log(endBox({ ...runEnd(summary), report }, terminalWidth()))
  }
  for (const sentence of unwritten) process.stderr.write(`${sentence}\n`)
  process.exitCode = exitCodeOf(summary) || (unwritten.length > 0 ? COULD_NOT_RUN : 0)
  if (!signal.aborted) return
  process.exitCode = INTERRUPTED
  process.stderr.write(`${interrupted(summary, where)}\n`)
}

/** Those with which a run was started. */
const pinsOf = ({ cpus }: Summary): PinOptions =>
  cpus ? { generatorCpus: cpus.generator, serviceCpus: cpus.services } : {}

export const readSeed = wholeNumber(0, 2 ** 31 - 1)
