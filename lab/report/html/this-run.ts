// The conditions of a run, the settings of its brokers, and the command that repeats it.
import type { ComparedProfile, Comparison, Summary } from '#engine/run/summary.ts'
import { nonDefaultSettings } from '#infra/non-default-settings.ts'
import type { Registry } from '../../session/registry.ts'
import { DEFAULTS } from '../../comparison/plan.ts'
import { type Markup, markup } from '../charts/markup.ts'
import { scrollingTable } from './parts.ts'
import { cpusText } from '../terminal/report.ts'
import { seconds } from '../terminal/table.ts'

/** The command that repeats a run. */
export function repeatCommand(
  { seed, profile, runtime, results, comparison, cpus }: Summary,
  registry: Registry,
): string {
  const pinned = cpus ? ` --generator-cpus ${cpus.generator} --service-cpus ${cpus.services}` : ''
  const flags = `--seed ${seed} --profile ${profile}${runtime === 'processes' ? '' : ` --runtime ${runtime}`}${pinned}`
  if (comparison && profile !== 'smoke')
    return `npm run lab -- compare ${flags}${comparisonFlags(comparison, profile, registry)}`
  const [scripted] = results.filter(({ script }) => script)
  // The script is beside the history of its result.
  if (scripted) return `npm run lab -- run --script <its folder>/${scripted.model}/${scripted.experiment}/script.json`
  const own = results.map(({ model, experiment }) => `${model}/${experiment}`)
  if (registry.experiments.every(id => own.includes(id))) return `npm start -- ${flags}`
  return `npm run lab -- run ${own.join(' ')} ${flags}`
}

/** The flags of a comparison that is not the usual one. */
function comparisonFlags(
  { scenarios, models, rates, repeat, healthyRepeat }: Comparison,
  profile: ComparedProfile,
  registry: Registry,
): string {
  const usual = DEFAULTS[profile]
  const isWhole = (all: readonly string[], some: readonly string[]) => all.join() === some.join()
  return [
    ...(isWhole(registry.scenarios, scenarios) ? [] : [` --scenarios ${scenarios.join(',')}`]),
    ...(isWhole(registry.models, models) ? [] : [` --models ${models.join(',')}`]),
    ...(rates.join() === usual.rates.join() ? [] : [` --rates ${rates.join(',')}`]),
    ...(repeat === usual.repeat && healthyRepeat === usual.healthyRepeat ? [] : [` --repeat ${repeat}`]),
  ].join('')
}

export function runSection(summary: Summary, command: string): Markup {
  const { run, lab, startedAt, seed, profile, runtime, machine, brokers, cpus } = summary
  const from = Object.entries(brokers).map(([kind, { source, version }]) => `${kind} ${version} (from ${source})`)
  const facts: (readonly [string, string])[] = [
    ['run', run],
    ...(lab === undefined ? [] : ([['lab', lab]] as const)),
    ['started', startedAt.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')],
    ['duration', `${seconds(summary.seconds)} s`],
    ['profile', profile],
    ['seed', String(seed)],
    ['services', runtime === 'compose' ? 'in containers' : 'as processes'],
    ['machine', `${machine.cores} × ${machine.cpu}, ${machine.memoryGb} GB, ${machine.system}`],
    ...(cpus ? ([['pinned', cpusText(cpus)]] as const) : []),
    ['Node', machine.node],
    ['brokers', from.length > 0 ? from.join(', ') : 'none'],
  ]
  const list = facts.map(([name, value]) => markup`<dt>${name}</dt><dd>${value}</dd>`)
  return markup`<section id="run"><h2>This run</h2><dl class="facts">${list}</dl><p>To run the same orders again:</p><pre><code>${command}</code></pre>
<p>The load is an open loop: orders start at planned times, evenly or as a Poisson process, and latency counts from the planned start. In a number with ≥, orders without an answer count at their deadline. This page is made from the run's summary.json, and the timelines of orders from the histories beside it.</p>${settingsDetails(summary)}</section>`
}

/** Collapsed; undefined where the run used no broker of the lab. */
function settingsDetails(summary: Summary): Markup | undefined {
  const settings = brokerSettings(summary)
  if (!settings) return undefined
  const rows = settings.rows.map(row => markup`<tr>${row.map(text => markup`<td>${text}</td>`)}</tr>`)
  return markup`<details><summary>Settings of the brokers that are not default</summary>${scrollingTable('Settings of the brokers', settings.heads, rows)}</details>`
}

/**
 * The settings of the run's brokers, and of their clients, that are not default: to repeat a measurement elsewhere one has to
 * know them. Undefined where the run used no broker of the lab: those of a broker given by address are not known.
 */
export function brokerSettings({ brokers }: Summary): { heads: string[]; rows: string[][] } | undefined {
  const rows = nonDefaultSettings
    .filter(({ broker }) => brokers[broker] !== undefined && brokers[broker].source !== 'address')
    .map(each => [each.broker, each.setting, each.value, each.default, each.why, each.file])
  return rows.length === 0 ? undefined : { heads: ['broker', 'setting', 'value', 'default', 'reason', 'set in'], rows }
}
