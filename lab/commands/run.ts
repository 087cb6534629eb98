// `lab start` and `lab run`: experiments with live progress, tables, verdicts and an overview at the end.
import { type Command, Option } from 'commander'
import { resolve } from 'node:path'
import { PROFILES, type Profile } from '#common/experiment/define.ts'
import type { Result } from '#common/experiment/summary.ts'
import type { Threshold } from '#common/experiment/thresholds/threshold.ts'
import { exitCodeOf, INTERRUPTED } from '../exit-code.ts'
import { experiments } from '../experiments.ts'
import { listenForInterrupt } from '../interrupt.ts'
import { writeJunit } from '../junit.ts'
import { readSeed } from '../read-seed.ts'
import { liveReporter } from '../render/live.ts'
import { plainReporter } from '../render/plain.ts'
import { renderOverview, renderResult } from '../render/report.ts'
import { terminalWidth } from '../render/width.ts'
import { type Reporter, run } from '../run.ts'
import { RUNS, shortPath } from '../runs.ts'
import { type RuntimeName, RUNTIMES } from '../site.ts'
import { readThreshold, refuseImpossible } from '../thresholds/option.ts'
import { knownMeasures } from '../thresholds/known.ts'
import { unknownName } from '../usage.ts'
import { writeReport } from './report.ts'

type Options = {
  profile: Profile
  runtime: RuntimeName
  seed: number
  threshold?: Threshold[]
  junit?: string
  out?: string
  json?: boolean
}

export function addRunCommands(program: Command): void {
  const start = program
    .command('start')
    .description('run all experiments with the values that the lab stands for, and say what came of them')
    .action((options: Options) => perform(Object.keys(experiments), options))
  const some = program
    .command('run')
    .description('run some experiments')
    .argument('<experiment...>', 'as lab list names them, or a model for all of its own')
    .action((names: string[], options: Options) => perform(chosen(names), options))
  for (const command of [start, some]) {
    command
      .addOption(
        new Option('--profile <profile>', 'full, or quick with shorter waits').choices(PROFILES).default('full'),
      )
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
  }
  start.addHelpText('after', '\nExample: npm start -- --profile quick')
  some.addHelpText(
    'after',
    '\nExample: npm run lab -- run sync-rest/baseline-latency --profile quick --seed 7\n         npm run lab -- run async-rabbitmq --profile quick --runtime compose\n         npm run lab -- run sync-rest --threshold "completed p99 < 500 ms" --junit checks.xml',
  )
}

/** Experiments by name; a model's name stands for all of its own. @throws UsageError with the nearest name */
function chosen(names: readonly string[]): string[] {
  const known = Object.keys(experiments)
  const found = names.flatMap(name => {
    const those = known.filter(id => id === name || id.startsWith(`${name}/`))
    if (those.length === 0) throw unknownName('experiment', name, known)
    return those
  })
  return [...new Set(found)]
}

async function perform(ids: readonly string[], options: Options): Promise<void> {
  const { profile, runtime, seed, out, json, threshold: thresholds = [], junit } = options
  const chosen = ids.flatMap(id => (experiments[id] ? [{ id, experiment: experiments[id] }] : []))
  const known = chosen.flatMap(({ experiment }) => knownMeasures(experiment, profile))
  for (const threshold of thresholds) refuseImpossible(threshold, known)
  const saveJunit = (results: readonly Result[]) => junit !== undefined && writeJunit(junit, ids, results)
  // Written before the run too: a file that cannot be written is known then, and one of a killed run is not of another.
  saveJunit([])
  const signal = listenForInterrupt()
  const show = (result: Result) => console.log(`\n${renderResult(result, terminalWidth())}\n`)
  const silent: Reporter = { begin() {}, progress() {}, result() {} }
  const spoken = process.stdout.isTTY ? liveReporter(profile, runtime, show) : plainReporter(console.log, show)
  const { summary, folder } = await run({
    experiments: chosen,
    profile,
    runtime,
    seed,
    out: resolve(out ?? RUNS),
    reporter: json ? silent : spoken,
    signal,
    thresholds,
  })
  saveJunit(summary.results)
  const where = shortPath(folder)
  const report = shortPath(writeReport(summary, folder))
  if (json) process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`)
  else console.log(`${renderOverview(summary, where)}\nIn a browser: ${report}`)
  process.exitCode = exitCodeOf(summary)
  if (!signal.aborted) return
  process.exitCode = INTERRUPTED
  process.stderr.write(`Interrupted; what was measured until then is in ${where}/summary.json\n`)
}
