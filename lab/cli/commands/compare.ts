// `lab compare`: the same load and the same scenarios over all models, interleaved, with their results side by side.
import { type Command, InvalidArgumentError } from 'commander'
import { resolve } from 'node:path'
import type { ComparedProfile, Comparison, Profile, Result } from '#engine/run/summary.ts'
import {
  requestOf,
  selected,
  externalBrokersOf,
  type ComparisonRequest,
  comparisonOf,
  DEFAULTS,
  PUBLISHED,
  finished,
  plan,
} from '../../comparison/plan.ts'
import { needsShipped } from '../../comparison/cell.ts'
import { cellLine, comparisonText } from '../../comparison/text.ts'
import { scenarios, HEALTHY } from '../../comparison/scenarios.ts'
import { DURATIONS } from '../../session/durations.ts'
import { models } from '../../session/registry.ts'
import { describeMachine, machineText, labVersion } from '../../session/run-facts.ts'
import { liveReporter, plainReporter } from '../../report/terminal/progress.ts'
import { print, terminalWidth } from '../../report/terminal/screen.ts'
import { findRun, RUNS } from '../../session/run-folder.ts'
import { type RuntimeName, RUNTIMES } from '../../session/environment.ts'
import { UsageError, wholeNumber } from '../usage.ts'
import { addRunOptions, runCommand, type RunOptions } from '../run-command.ts'

type Options = Omit<RunOptions, 'profile'> & {
  profile: Profile | 'published'
  scenarios?: string[]
  models?: string[]
  rates?: number[]
  repeat?: number
  resume?: string | true
}

export function addCompareCommand(program: Command): void {
  const command = program
    .command('compare')
    .description(
      `run all models under the same load, with the same failures injected, and show them side by side (${DURATIONS.compare})`,
    )
    .option('--scenarios <names>', `comma-separated, of: ${scenarios.map(({ name }) => name).join(', ')}`, list)
    .option('--models <names>', `comma-separated, of: ${models.map(({ name }) => name).join(', ')}`, list)
    .option(
      '--rates <numbers>',
      'orders a second of the healthy runs, comma-separated (default: 20,100,400; quick: 50)',
      rates,
    )
    .option(
      '--repeat <times>',
      'how often each is run (default: healthy 3, other scenarios 1; quick: 1; published: 10)',
      times,
    )
    .option('--resume [run]', 'resume an interrupted comparison (default: latest)')
    .action(compare)
  addRunOptions(command, {
    published: `published: every scenario ten times (${DURATIONS.comparePublished})`,
  }).addHelpText('after', '\nExample: npm run lab -- compare --scenarios healthy,inventory-dead --rates 50 --repeat 2')
}

async function compare(options: Options, command: Command): Promise<void> {
  const before = options.resume === undefined ? undefined : unfinished(options.resume, options.out, command)
  const { profile: named, seed, runtime } = before?.summary ?? options
  // It has the settings of `full`.
  const profile = named === 'published' ? 'full' : named
  if (profile === 'smoke')
    throw new UsageError('A comparison has no smoke profile, whose times say nothing; the shortest is --profile quick.')
  const request = before ? requestOf(before.comparison) : requestedBy(options, profile)
  const finishedIds = before?.summary.results.map(({ model, experiment }) => `${model}/${experiment}`) ?? []
  const cells = plan(request)
  const comparison = comparisonOf(request, profile)
  const skipped = skippedCells(comparison)
  if (cells.length === 0) throw new UsageError(`There is nothing to run: ${skipped.join('; ')}.`)
  const show = (result: Result) => print(cellLine(result))
  const reporter = process.stdout.isTTY ? liveReporter(profile, runtimeOf(runtime), show) : plainReporter(print, show)
  await runCommand(
    { ...options, profile, seed, runtime: runtimeOf(runtime) },
    {
      experiments: cells.filter(({ id }) => !finishedIds.includes(id)),
      comparison,
      ...(before && { before }),
      reporter: {
        ...reporter,
        begin(named, nth, all) {
          if (nth === 1) for (const line of skipped) print(`${line}.`)
          reporter.begin(named, nth, all)
        },
      },
      result: (summary, where) => comparisonText(summary, where, terminalWidth()),
      interrupted: ({ run }) => `Interrupted. To resume: npm run lab -- compare --resume ${run}${outOf(options)}`,
    },
  )
}

const outOf = ({ out }: Options): string => (out === undefined ? '' : ` --out ${JSON.stringify(out)}`)

/** Says which cells are not run, and why. */
const skippedCells = ({ about }: Comparison): string[] =>
  about.flatMap(({ name, without }) =>
    Object.entries(without).map(([model, why]) => `${name} is not run for ${model}: ${why}`),
  )

/** @throws UsageError with the nearest name */
function requestedBy({ runtime, ...options }: Options, profile: ComparedProfile): ComparisonRequest {
  const isPublished = options.profile === 'published'
  const defaults = isPublished ? PUBLISHED : DEFAULTS[profile]
  const all = scenarios.map(({ name }) => name)
  const names = selected({ ...(isPublished && { scenarios: all }), ...options })
  const shipped = names.scenarios.filter(each => names.models.some(model => needsShipped(each, model)))
  if (runtime === 'compose' && shipped.length > 0)
    throw new UsageError(
      `${shipped.map(({ name }) => name).join(' and ')} cannot run in containers, where brokers have the settings of their compose file; name other --scenarios.`,
    )
  if (options.rates && !names.scenarios.some(({ name }) => name === HEALTHY))
    throw new UsageError(
      `--rates apply only to ${HEALTHY}, which --scenarios does not name; leave out --rates, or add ${HEALTHY}.`,
    )
  return {
    ...names,
    externalBrokers: externalBrokersOf(names.models, runtime),
    rates: options.rates ?? defaults.rates,
    repeat: options.repeat ?? defaults.repeat,
    healthyRepeat: options.repeat ?? defaults.healthyRepeat,
  }
}

const FIXED_OPTIONS = [
  'profile',
  'runtime',
  'scenarios',
  'models',
  'rates',
  'repeat',
  'seed',
  'threshold',
  'generatorCpus',
  'serviceCpus',
]

/** The comparison to resume. @throws UsageError where there is none, or where its conditions differ from those now */
function unfinished(name: string | true, out: string | undefined, command: Command) {
  const given = FIXED_OPTIONS.find(option => command.getOptionValueSource(option) === 'cli')
  if (given)
    throw new UsageError(
      `A comparison resumes with the options that it was started with; leave out ${command.options.find(option => option.attributeName() === given)?.long}.`,
    )
  const { summary, folder } = findRun(name === true ? 'latest' : name, resolve(out ?? RUNS))
  const { comparison } = summary
  if (!comparison) throw new UsageError(`${summary.run} is not a comparison; only comparisons can be resumed.`)
  const { lab = 'an unnamed one' } = summary
  if (lab !== labVersion())
    throw new UsageError(
      `${summary.run} was started by version ${lab}, and this is ${labVersion()}; start a new comparison.`,
    )
  const [there, here] = [summary.machine, describeMachine()].map(machineText)
  if (there !== here)
    throw new UsageError(
      `${summary.run} was started on ${there}, and this is ${here}; resume it there, or start a new comparison.`,
    )
  const [begun, now] = [
    comparison.externalBrokers ?? [],
    externalBrokersOf(selected(comparison).models, runtimeOf(summary.runtime)),
  ]
  if (begun.join() !== now.join())
    throw new UsageError(
      `${summary.run} was started with ${byAddress(begun)}, and now there is ${byAddress(now)}; restore the environment variables.`,
    )
  return { folder, comparison, summary: { ...summary, results: finished(summary.results) } }
}

const byAddress = (kinds: readonly string[]): string => `${kinds.join(' and ') || 'no broker'} by address`

const runtimeOf = (name: string): RuntimeName => RUNTIMES.find(runtime => runtime === name) ?? 'processes'

const list = (text: string): string[] => text.split(',').map(name => name.trim())

function rates(text: string): number[] {
  const values = [...new Set(list(text).map(Number))]
  if (values.every(value => value > 0 && value <= 5_000)) return values
  throw new InvalidArgumentError('Expected comma-separated numbers above 0, at most 5000.')
}

const times = wholeNumber(1, 999)
