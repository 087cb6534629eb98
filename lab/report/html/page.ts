/**
 * The report of a run: one file that needs no network and no server, made from the run's summary, and from the timelines of its orders
 * where the run's histories are there. It is complete without its script, which only answers the pointer (explore.ts).
 *
 * Everything that comes from data is escaped (charts/markup.ts), and the page's policy allows its own style and script and nothing else
 * (document.ts). For tests in a browser these names are stable:
 * `figure[data-figure]` (scenario, scenario-variants, healthy, time, shares), and in pictures `.panel`, `.axis`, `.band`,
 * `.mark`; sections `#scorecard`, `#outbox`, `#answers`, `#scenarios`, `#experiments`, `#verdicts`, `#recommendations`, `#promises`, `#run`;
 * `.result[id]`, `.scenario[id]`.
 */
import { browserScript } from './browser-script.ts'
import type { Summary, Result } from '#engine/run/summary.ts'
import { HEALTHY } from '../../comparison/scenarios.ts'
import { COMMAND_FOR_ADVICE, NO_ADVICE, type Recommendation } from '../../comparison/recommendations.ts'
import { scenarioResultsOf } from '../../comparison/repeated-measures.ts'
import { type Markup, markup } from '../charts/markup.ts'
import { documentOf } from './document.ts'
import { type Anchors, anchorsOf, howToRead, scenarioAnchor, scrollingTable, environmentOf } from './parts.ts'
import { experimentSection } from './experiment.ts'
import { scenarioSection } from './scenario.ts'
import { healthySection } from './healthy.ts'
import type { Registry } from '../../session/registry.ts'
import { repeatCommand, runSection } from './this-run.ts'
import { answersSection } from './answers.ts'
import { outboxSection, scorecardSection } from './scorecard.ts'
import { overall, verdictsSection } from './verdicts.ts'
import { accentOf } from '../charts/theme.ts'
import { brokerDead } from '../../comparison/scenarios/dead-or-slow.ts'

type Extras = {
  registry: Registry
  recommendations?: readonly Recommendation[]
}

/** The text of `report.html`. */
export function reportPage(summary: Summary, { registry, recommendations = [] }: Extras): string {
  const anchors = anchorsOf(summary)
  const sections = [
    ['scorecard', 'Scorecard', scorecardSection(summary)],
    ['outbox', 'Outbox', outboxSection(summary)],
    ['answers', 'Answers', answersSection(summary, anchors)],
    ['scenarios', 'Scenarios', scenariosSection(summary, anchors)],
    ['experiments', 'Experiments', experimentsSection(summary, anchors)],
    ['verdicts', 'Verdicts', verdictsSection(summary, anchors)],
    ['recommendations', 'Which one for me?', recommendationsSection(summary, recommendations)],
    ['promises', 'Durability', promisesSection(summary)],
    ['run', 'This run', runSection(summary, repeatCommand(summary, registry))],
  ] as const
  const shown = sections.filter(([, , section]) => section !== undefined)
  const link = (id: string, name: string) => markup`<li><a href="#${id}">${name}</a></li>`
  const links = shown.map(([id, name]) => link(id, name))
  const pictured = picturedSections(summary, anchors).map(([id, name]) => link(id, name))
  return documentOf(
    summary.run,
    markup`<a class="skip" href="#main">To the results</a>
<header>${head(summary)}</header><nav aria-label="Contents"><ul>${links}</ul>${pictured.length > 0 && markup`<ul class="minor">${pictured}</ul>`}</nav>
<main id="main" tabindex="-1">${shown.map(([, , section]) => section)}</main>`,
    // Not before a page is made: what takes its types off is slow to load, and every command imports this file.
    browserScript(new URL('explore.ts', import.meta.url)),
  )
}

/** Those within the sections of scenarios and experiments, by their anchors. */
function picturedSections({ comparison, results }: Summary, anchors: Anchors): (readonly [string, string])[] {
  const scenarios = comparison?.about.map(({ name }) => [scenarioAnchor(name), name] as const) ?? []
  const own = results.filter(({ cell }) => cell === undefined)
  return [...scenarios, ...own.map(result => [anchors.get(result) ?? '', result.title] as const)]
}

function head(summary: Summary): Markup {
  const { run, startedAt, profile, seed, machine } = summary
  return markup`<p class="kicker">Communication Models Lab</p><h1>One order workflow, implemented three ways</h1>
<p class="lead">Synchronous REST, asynchronous RabbitMQ and streaming Kafka: run under load, with injected failures, measured and judged. ${overall(summary)}</p>
<p class="provenance">Run ${run}, ${startedAt.slice(0, 10)}; profile ${profile}, seed ${seed}; ${machine.cores} × ${machine.cpu}.</p>`
}

function scenariosSection({ comparison, results }: Summary, anchors: Anchors): Markup | undefined {
  if (!comparison) return undefined
  const sections = scenarioResultsOf(comparison, results).map(({ about, models, results: own }) => {
    const byModel = models.flatMap(model => own.filter(result => result.model === model))
    const section = about.name === HEALTHY ? healthySection : scenarioSection
    return section({ about, models, results: byModel }, anchors)
  })
  return markup`<section id="scenarios"><h2>The models side by side</h2><p>All models get the same load and the same injected failures; the panels of a picture share their axes. An outage lasts until the restarted process is healthy, so measured outages differ.</p>${howToRead()}${sections}</section>`
}

function experimentsSection({ results }: Summary, anchors: Anchors): Markup | undefined {
  const own = results.filter(({ cell }) => cell === undefined)
  if (own.length === 0) return undefined
  return markup`<section id="experiments"><h2>Experiments</h2>${howToRead()}${own.map(result => experimentSection(result, anchors.get(result) ?? ''))}</section>`
}

const QUICK = markup`<p>${NO_ADVICE} <code>${COMMAND_FOR_ADVICE}</code>.</p>`

function recommendationsSection(
  { comparison, profile }: Summary,
  recommendations: readonly Recommendation[],
): Markup | undefined {
  const isQuick = comparison !== undefined && profile === 'quick'
  if (!isQuick && recommendations.length === 0) return undefined
  const rows = recommendations.map(({ condition, advice, evidence }) => {
    const links = evidence.map(
      ({ model, text, scenario }) =>
        markup`<li><a class="${accentOf(model)}" href="#${scenarioAnchor(scenario)}">${model}</a>: ${text}</li>`,
    )
    return markup`<tr><th scope="row">${condition}</th><td>${advice}</td><td><ul class="plain">${links}</ul></td></tr>`
  })
  const table = scrollingTable(
    'Recommendations by condition',
    ['If', 'choose', 'measured evidence'],
    rows,
    'prose cards',
  )
  return markup`<section id="recommendations"><h2>Which one for me?</h2>${isQuick ? QUICK : table}</section>`
}

type Row = { model: string; variant: string; durability: string; environment: string[]; disabledSafeguard: string }

function promisesSection({ results, comparison }: Pick<Summary, 'results' | 'comparison'>): Markup | undefined {
  const all = results.flatMap(rowsOf)
  const rows = [...new Map(all.map(row => [JSON.stringify(row), row])).values()]
  if (rows.length === 0) return undefined
  const body = rows.map(
    ({ model, variant, durability, environment, disabledSafeguard }) =>
      markup`<tr><td class="${accentOf(model)}"><span class="model">${model}</span></td><th scope="row">${variant}</th><td>${durability}</td><td><ul class="plain">${environment.map(text => markup`<li><code>${text}</code></li>`)}</ul></td><td>${disabledSafeguard}</td></tr>`,
  )
  const heads = ['model', 'configuration', 'an accepted order was', 'its settings', 'left out on purpose']
  // The scenario that kills brokers tests what they promise, and its caveat says how far.
  const caveat = comparison?.about.find(({ name }) => name === brokerDead.name)?.caveat
  const table = scrollingTable('Durability by model and configuration', heads, body)
  return markup`<section id="promises"><h2>Durability of an accepted order</h2><p>Latencies are comparable only between equal promises: this is where an accepted order was when its client had the answer.</p>${caveat !== undefined && markup`<p class="key">${caveat}</p>`}${table}</section>`
}

/** Of a comparison each variant; of an experiment those whose durability or safeguards differ from the model's. */
function rowsOf({ model, variants, durability, cell }: Result): Row[] {
  const own = variants
    .filter(each => cell !== undefined || each.durability !== undefined || each.disabledSafeguard !== undefined)
    .map(each => ({
      model,
      variant: each.name,
      durability: each.durability ?? durability,
      environment: environmentOf(each),
      disabledSafeguard: each.disabledSafeguard ?? '',
    }))
  return cell ? own : [{ model, variant: 'the model', durability, environment: [], disabledSafeguard: '' }, ...own]
}
