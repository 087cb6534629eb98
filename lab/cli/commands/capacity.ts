// `lab capacity`: the greatest rate of orders that a model sustains on this machine, and what limits it.
import { type Command, InvalidArgumentError, Option } from 'commander'
import { join, resolve } from 'node:path'
import type { Threshold } from '#engine/analysis/thresholds.ts'
import type { ComparableModel } from '#engine/experiment/comparison-adapter.ts'
import { worst } from '#engine/checks/check.ts'
import type { CapacityFile } from '../../capacity/capacity-file.ts'
import { writeCapacityPage } from '../../capacity/page.ts'
import { CAPACITY_FILE, type CapacityReporter, runCapacity } from '../../capacity/run.ts'
import { capacityText, probeLine, rateText } from '../../capacity/text.ts'
import { probesAsExperiment } from '../../capacity/variant.ts'
import { endBox } from '../../report/terminal/end-box.ts'
import { print, terminalWidth } from '../../report/terminal/screen.ts'
import { type RuntimeName, RUNTIMES } from '../../session/environment.ts'
import { DURATIONS } from '../../session/durations.ts'
import { models } from '../../session/registry.ts'
import { RUNS, shortPath } from '../../session/run-folder.ts'
import { expectedMeasures, readThreshold, refuseImpossible } from '../../session/thresholds.ts'
import { COULD_NOT_RUN, INTERRUPTED, listenForInterrupt } from '../command-line.ts'
import { readSeed } from '../run-command.ts'
import { findNamed, UsageError, wholeNumber } from '../usage.ts'

type Options = {
  all?: true
  budget?: Threshold
  beyond?: true
  startAt: number
  mostSeconds: number
  runtime: RuntimeName
  seed: number
  out?: string
  json?: true
}

export const MOST_SECONDS = 180
/** Two orders of magnitude below what a model sustains on a small machine. */
const START_AT = 200

export function addCapacityCommand(program: Command): void {
  program
    .command('capacity')
    .description(`find the greatest rate of orders that a model sustains, and what limits it (${DURATIONS.capacity})`)
    .argument('[model...]', `of: ${models.map(({ name }) => name).join(', ')}`)
    .option('--all', 'all models, in one picture, and what comes beyond their capacity')
    .option('--budget <text>', 'a bound of a measure that has to be kept, such as "known p99 < 250 ms"', readThreshold)
    .option('--beyond', 'then also show what the model does at 1.5 times of what it sustains')
    .option('--start-at <rate>', 'orders a second of the first probe', rate, START_AT)
    .option('--most-seconds <number>', 'of the search, for each model', seconds, MOST_SECONDS)
    .addOption(
      new Option('--runtime <runtime>', 'only processes: what limits is read from this machine')
        .choices(RUNTIMES)
        .default('processes'),
    )
    .option('--seed <number>', 'the same seed gives the same orders at the same rates', readSeed, 1)
    .option('--out <folder>', 'the parent of the folder of the run (default: runs)')
    .option('--json', 'print only what was found, as JSON')
    .addHelpText('after', '\nExample: npm run lab -- capacity sync-rest --budget "known p99 < 250 ms"')
    .action(capacity)
}

async function capacity(names: string[], options: Options): Promise<void> {
  const { budget, mostSeconds, startAt, seed, out, json } = options
  const selected = selectedModels(names, options)
  if (options.runtime !== 'processes')
    throw new UsageError('A capacity is searched for with plain processes only: leave out --runtime compose.')
  for (const model of selected)
    if (budget) refuseImpossible(budget, expectedMeasures(probesAsExperiment(model), 'full'))
  const signal = listenForInterrupt()
  const { file, folder } = await runCapacity({
    models: selected,
    ...(budget && { budget }),
    mostSeconds,
    startAt,
    beyond: options.beyond ?? options.all ?? false,
    seed,
    out: resolve(out ?? RUNS),
    reporter: json ? SILENT : printing,
    signal,
  })
  const page = writeCapacityPage(file, folder)
  if (json) process.stdout.write(`${JSON.stringify(file, null, 2)}\n`)
  else {
    print(`\n${capacityText(file, shortPath(join(folder, CAPACITY_FILE)), terminalWidth())}`)
    const what = `the models side by side, under load and while parts of them fail (${DURATIONS.compare})`
    print(endBox({ learned: [], next: [{ command: 'npm run lab -- compare', what }], report: page }, terminalWidth()))
  }
  process.exitCode = exitCodeOf(file)
  if (!signal.aborted) return
  process.exitCode = INTERRUPTED
  process.stderr.write(`Interrupted. What was measured until then: ${shortPath(join(folder, CAPACITY_FILE))}\n`)
}

/** @throws UsageError with the nearest name */
function selectedModels(names: readonly string[], { all }: Options): readonly ComparableModel[] {
  if (all && names.length > 0) throw new UsageError('--all names all models; leave out the others, or --all.')
  if (all) return models
  if (names.length === 0)
    throw new UsageError(`Name a model (${models.map(({ name }) => name).join(', ')}), or give --all.`)
  return [...new Set(names)].map(name => findNamed('model', name, models))
}

/** As of a run: 0 valid, 1 a defect, 3 where it is not certain. */
function exitCodeOf({ results }: CapacityFile): number {
  const verdict = worst(results.map(result => result.verdict))
  if (verdict === 'valid') return 0
  return verdict === 'invalid' ? 1 : COULD_NOT_RUN
}

const SILENT: CapacityReporter = { begin() {}, probing() {}, progress() {}, probed() {} }

const printing: CapacityReporter = {
  begin: model => print(`${model}: searching for the greatest rate that it sustains`),
  probing(model, ordersPerSecond, measured, leftSeconds) {
    const left = leftSeconds === undefined ? '' : `; ${Math.max(0, Math.round(leftSeconds))} s left`
    print(`${model}: ${rateText(ordersPerSecond)} orders a second for ${rateText(measured)} s …${left}`)
  },
  progress(task, line) {
    // Brokers take a while to start; what each probe does is told by its own lines.
    if (!models.some(({ name }) => name === task)) print(`${task}: ${line}`)
  },
  probed: (model, probe) => print(probeLine(model, probe)),
}

function rate(text: string): number {
  const value = Number(text)
  if (value >= 5 && value <= 5_000) return value
  throw new InvalidArgumentError('Expected orders a second, from 5 to 5000.')
}

const seconds = wholeNumber(1, 3_600, 'seconds')
