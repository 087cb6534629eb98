// The conditions of a run, and the command that repeats it.
import type { Profile } from '#engine/experiment/profile.ts'
import type { Comparison, Summary } from '#engine/run/summary.ts'
import type { Registry } from '../../session/registry.ts'
import { DEFAULTS } from '../../comparison/plan.ts'
import { brokerSettings } from '../broker-settings.ts'
import { type Markup, markup } from '../charts/markup.ts'
import { scrolling } from './parts.ts'
import { seconds } from '../terminal/numbers.ts'

/** The command that repeats a run. */
export function repeatCommand({ seed, profile, runtime, results, comparison }: Summary, registry: Registry): string {
  const flags = `--seed ${seed} --profile ${profile}${runtime === 'processes' ? '' : ` --runtime ${runtime}`}`
  if (comparison) return `npm run lab -- compare ${flags}${comparisonFlags(comparison, profile, registry)}`
  const own = results.map(({ model, experiment }) => `${model}/${experiment}`)
  if (registry.experiments.every(id => own.includes(id))) return `npm start -- ${flags}`
  return `npm run lab -- run ${own.join(' ')} ${flags}`
}

/** The flags of a comparison that is not the usual one. */
function comparisonFlags(
  { scenarios, models, rates, repeat, healthyRepeat }: Comparison,
  profile: Profile,
  registry: Registry,
): string {
  const usual = DEFAULTS[profile]
  const isWhole = (all: readonly string[], some: readonly string[]) => all.every(name => some.includes(name))
  return [
    ...(isWhole(registry.scenarios, scenarios) ? [] : [` --scenarios ${scenarios.join(',')}`]),
    ...(isWhole(registry.models, models) ? [] : [` --models ${models.join(',')}`]),
    ...(rates.join() === usual.rates.join() ? [] : [` --rates ${rates.join(',')}`]),
    ...(repeat === usual.repeat && healthyRepeat === usual.healthyRepeat ? [] : [` --repeat ${repeat}`]),
  ].join('')
}

export function runSection(summary: Summary, command: string): Markup {
  const { run, lab, startedAt, seed, profile, runtime, machine, brokers } = summary
  const from = Object.entries(brokers).map(([kind, { source, version }]) => `${kind} ${version} (from ${source})`)
  const facts: [string, string][] = [
    ['run', run],
    ...(lab === undefined ? [] : [['lab', lab] satisfies [string, string]]),
    ['started', startedAt.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')],
    ['duration', `${seconds(summary.seconds)} s`],
    ['profile', profile],
    ['seed', String(seed)],
    ['services', runtime === 'compose' ? 'in containers' : 'as processes'],
    ['machine', `${machine.cores} × ${machine.cpu}, ${machine.memoryGb} GB, ${machine.system}`],
    ['Node', machine.node],
    ['brokers', from.length > 0 ? from.join(', ') : 'none'],
  ]
  const list = facts.map(([name, value]) => markup`<dt>${name}</dt><dd>${value}</dd>`)
  return markup`<section id="run"><h2>This run</h2><dl class="facts">${list}</dl><p>To run the same orders again:</p><pre tabindex="0"><code>${command}</code></pre>
<p>The load is an open loop: orders start at planned times, and latency counts from the planned start. In a number with ≥, orders without an answer count at their deadline. This page is made from the run's summary.json alone.</p>${settingsDetails(summary)}</section>`
}

/** Collapsed; undefined where the run used no broker of the lab. */
function settingsDetails(summary: Summary): Markup | undefined {
  const settings = brokerSettings(summary)
  if (!settings) return undefined
  const heads = settings.heads.map(text => markup`<th scope="col">${text}</th>`)
  const rows = settings.rows.map(row => markup`<tr>${row.map(text => markup`<td>${text}</td>`)}</tr>`)
  const table = markup`<table class="prose"><thead><tr>${heads}</tr></thead><tbody>${rows}</tbody></table>`
  return markup`<details><summary>Settings of the brokers that are not default</summary>${scrolling('Settings of the brokers', table)}</details>`
}
