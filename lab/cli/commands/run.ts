// `lab start` and `lab run`: experiments with live progress, tables and verdicts, and an overview at the end.
import type { Command } from 'commander'
import { readFileSync } from 'node:fs'
import { explain } from '#common/contracts/errors.ts'
import { parse } from '#common/contracts/parse.ts'
import { randomScript } from '#engine/experiment/random-script.ts'
import { ordersOf, scriptedExperiment } from '#engine/experiment/script.ts'
import { MOST_ORDERS, Script } from '#engine/experiment/script-format.ts'
import type { Result } from '#engine/run/summary.ts'
import { DURATIONS } from '../../session/durations.ts'
import { experiments, models } from '../../session/registry.ts'
import { isSideBySide, type Named } from '../../session/run.ts'
import { liveReporter, plainReporter } from '../../report/terminal/progress.ts'
import { renderOverview, renderResult } from '../../report/terminal/report.ts'
import { print, terminalWidth } from '../../report/terminal/screen.ts'
import { findNamed, unknownName, UsageError } from '../usage.ts'
import { live, USUAL_RATE } from './live.ts'
import { addRunOptions, runCommand, type RunOptions } from '../run-command.ts'

export function addRunCommands(program: Command): void {
  const start = program
    .command('start')
    .description(`run all experiments, and print their tables, verdicts and an overview (${DURATIONS.start})`)
    .option('--open', 'open the page of lab live in place of the experiments, with all models')
    .action((options: RunOptions & { open?: true }, command: Command) => {
      if (!options.open) return runExperiments(Object.keys(experiments), options)
      refuseOptionsOfExperiments(command)
      return live(models, { ...options, rate: USUAL_RATE, port: 0, open: true })
    })
  const some = program
    .command('run')
    .description(`run some experiments (${DURATIONS.run})`)
    .argument('[experiment...]', 'names from lab list, or a model for all of its experiments')
    .option(
      '--script <file>',
      'run a script that lab live has recorded, or random:<seed>, on all models or on those that are named',
    )
    .action((names: string[], options: RunOptions & { script?: string }) => {
      if (options.script !== undefined) return runScript(scripted(options.script, names), options)
      if (names.length === 0) throw new UsageError('Name an experiment or a model (lab list has them), or a --script.')
      return runExperiments(selected(names), options)
    })
  addRunOptions(start).addHelpText('after', '\nExample: npm start -- --profile smoke\n         npm start -- --open')
  addRunOptions(some).addHelpText(
    'after',
    '\nExample: npm run lab -- run sync-rest/baseline-latency --profile quick --seed 7\n         npm run lab -- run async-rabbitmq --profile quick --runtime compose\n         npm run lab -- run sync-rest --threshold "completed p99 < 500 ms" --junit checks.xml',
  )
}

const OF_PAGE = ['open', 'seed', 'out']

/** @throws UsageError where --open was given with an option that is of experiments alone */
function refuseOptionsOfExperiments(command: Command): void {
  const isGiven = (name: string) => command.getOptionValueSource(name) === 'cli'
  const other = command.options.find(option => {
    const name = option.attributeName()
    return isGiven(name) && !OF_PAGE.includes(name)
  })
  if (other)
    throw new UsageError(`${other.long} is of the experiments, which --open does not run; see lab live --help.`)
}

/** Experiments by name; a model's name stands for all of its experiments. @throws UsageError with the nearest name */
function selected(names: readonly string[]): string[] {
  const known = Object.keys(experiments)
  const found = names.flatMap(name => {
    const matching = known.filter(id => id === name || id.startsWith(`${name}/`))
    if (matching.length === 0) throw unknownName('experiment', name, [...models.map(model => model.name), ...known])
    return matching
  })
  return [...new Set(found)]
}

/** A script on each of the models. @throws UsageError where it cannot be read, or is for none of them */
function scripted(file: string, names: readonly string[]): Named[] {
  const wanted = names.length === 0 ? models : new Set(names.map(name => findNamed('model', name, models)))
  const script = readScript(file)
  try {
    return [...wanted].map(model => ({
      id: `${model.name}/script`,
      experiment: scriptedExperiment(model, script),
      script,
    }))
  } catch (error) {
    throw new UsageError(`${file} cannot be run: ${explain(error)}`)
  }
}

function readScript(file: string): Script {
  const [, seed] = /^random:(\d{1,9})$/.exec(file) ?? []
  if (seed !== undefined) return randomScript(Number(seed))
  try {
    const script = parse(Script, JSON.parse(readFileSync(file, 'utf8')), 'script') as Script
    const orders = ordersOf(script)
    if (orders > 0 && orders <= MOST_ORDERS) return script
    const why =
      orders === 0
        ? 'sends no order: it needs a step "rate" or "burst" before its end'
        : `sends more than ${MOST_ORDERS} orders`
    throw new UsageError(`${file} ${why}.`)
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(
      `${file} is not a script that can be run (${explain(error)}); lab live writes one beside each result.`,
    )
  }
}

/** With the orders of its own seed. */
const runScript = (named: readonly Named[], options: RunOptions): Promise<void> =>
  runNamed(named, { ...options, seed: named[0]?.script?.seed ?? options.seed })

const runExperiments = (ids: readonly string[], options: RunOptions): Promise<void> =>
  runNamed(
    ids.flatMap(id => (experiments[id] ? [{ id, experiment: experiments[id] }] : [])),
    options,
  )

async function runNamed(named: readonly Named[], options: RunOptions): Promise<void> {
  const show = (result: Result) => print(`\n${renderResult(result, terminalWidth())}\n`)
  const { profile, runtime } = options
  await runCommand(options, {
    experiments: named,
    // A live list shows one experiment at a time.
    reporter:
      process.stdout.isTTY && !isSideBySide(options)
        ? liveReporter(profile, runtime, show)
        : plainReporter(print, show),
    result: (summary, where) => renderOverview(summary, where, terminalWidth()),
    interrupted: (_, where) => `Interrupted. Results until then: ${where}/summary.json`,
  })
}
