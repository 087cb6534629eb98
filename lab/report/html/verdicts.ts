// The section of verdicts: every result in one line, its verdict with what was served, linked to its section; and which checks were
// evaluated. Findings in a variant that leaves out a safeguard on purpose are shown beside it, marked, and do not count for the verdict.
import type { Comparison, Result, Summary } from '#engine/run/summary.ts'
import { worst } from '#engine/checks/check.ts'
import { type Markup, markup } from '../charts/markup.ts'
import { accentOf } from '../charts/theme.ts'
import { busyText, countedChecks, evaluatedChecks, SIGNS, stoppedText, withoutSafeguard } from '../terminal/report.ts'
import { numberText, SET_BY_FAULT } from '../terminal/table.ts'
import { type Anchors, scenarioAnchor, scrollingTable, tally } from './parts.ts'

export function verdictsSection(summary: Summary, anchors: Anchors): Markup {
  const { comparison, results } = summary
  const own = results.filter(({ cell }) => cell === undefined)
  return markup`<section id="verdicts"><h2>Verdicts</h2>
${comparison && scenariosTable(comparison, results)}${own.length > 0 && experimentsTable(own, anchors)}
<p class="key">${KEY}</p><p class="key">${evaluatedChecks(results)}</p></section>`
}

const KEY = markup`✔ books right: it is valid, so every check holds. Served: of the orders requested during the disruption, or of all where there was none, the share whose outcome could be known in the end, or that was completed; with ${SET_BY_FAULT} it is set by the fault. ✘ invalid: one does not. ? unknown: it could not be judged. ∅ vacuous: it could not have failed. ◇ a safeguard was left out on purpose: what happens without it is shown, and does not count for a verdict.`

/** One sentence; with others where the run was stopped, or the machine was busy. */
export function overall(
  summary: Pick<Summary, 'profile' | 'requested' | 'results' | 'comparison' | 'machine'>,
): string {
  const { results } = summary
  if (results.length === 0) return 'Nothing was finished.'
  return [stoppedText(summary), judgedOf(results), busyText(summary)].filter(text => text !== '').join(' ')
}

function judgedOf(results: readonly Result[]): string {
  const checks = results.flatMap(countedChecks)
  const aside = results.flatMap(result => result.checks).length - checks.length
  const others = aside > 0 ? `; ${aside} more are of variants without a safeguard, and do not count` : ''
  const verdicts = results.map(({ verdict }) => verdict)
  const judged = checks.map(({ verdict }) => verdict)
  if (worst(verdicts) === 'valid')
    return `${results.length === 1 ? 'The one result is' : `All ${results.length} results are`} valid, in all of ${checks.length} checks${others}.`
  return `Of ${results.length} results ${tally(verdicts)}; of their ${checks.length} checks ${tally(judged) || 'none was judged'}.`
}

function scenariosTable({ about, models }: Comparison, results: readonly Result[]): Markup {
  const heads = models.map(model => markup`<th scope="col" class="${accentOf(model)}">${model}</th>`)
  const rows = about.map(({ name, title, without }) => {
    const cells = models.map((model): Markup => {
      const own = results.filter(({ cell, model: its }) => cell?.scenario === name && its === model)
      const label = markup`data-label="${model}"`
      if (own.length === 0) return markup`<td class="aside" ${label}>${without[model] ?? 'not run'}</td>`
      const isMixed = new Set(own.map(({ verdict }) => verdict)).size > 1
      const count = isMixed && markup` <span class="aside">${tally(own.map(({ verdict }) => verdict))}</span>`
      return markup`<td ${label}>${verdictLine(own)}${count}${asidesOf(own)}</td>`
    })
    return markup`<tr><th scope="row"><a href="#${scenarioAnchor(name)}">${title}</a></th>${cells}</tr>`
  })
  return scrollingTable('Verdicts by scenario and model', ['scenario', ...heads], rows, 'verdicts prose cards')
}

function experimentsTable(results: readonly Result[], anchors: Anchors): Markup {
  const rows = results.map(result => {
    const { model, title, checks } = result
    const counted = countedChecks(result)
    const aside = counted.length < checks.length && `, and ${checks.length - counted.length} beside them`
    return markup`<tr><th scope="row"><a href="#${anchors.get(result)}">${title}</a></th><td><span class="model ${accentOf(model)}">${model}</span></td><td>${verdictLine([result])}${asidesOf([result])}</td><td>${counted.length} checks${aside}</td></tr>`
  })
  const heads = ['experiment', 'model', 'verdict', 'checks']
  return scrollingTable('Verdicts by experiment', heads, rows, 'verdicts prose cards')
}

/** `✔ books right · 36.4 % served`: the worst verdict, and the whole range of what was served. */
export function verdictLine(results: readonly Result[]): Markup {
  const verdict = worst(results.map(result => result.verdict))
  const served = servedText(results)
  return markup`<span class="nowrap"><span class="verdict ${verdict}"><span class="sign" aria-hidden="true">${SIGNS[verdict]}</span> ${verdict === 'valid' ? 'books right' : verdict}</span>${served !== '' && ` · ${served} served`}</span>`
}

/** The first of them that a variant has. */
const SERVED = ['during: known in the end', 'completed ÷ requested']

/** Of a comparison the configuration that stands for the model, of an experiment each variant. Empty where it was not measured. */
function servedText(results: readonly Result[]): string {
  const shares = results.flatMap(({ cell, variants, measures }) =>
    variants.slice(0, cell ? 1 : variants.length).flatMap(({ name: variant, setByFault = {} }) => {
      const found = SERVED.flatMap(name => measures.find(each => each.variant === variant && each.name === name) ?? [])
      return found.slice(0, 1).map(({ name, value }) => ({ value, isSet: setByFault[name] !== undefined }))
    }),
  )
  const values = shares.flatMap(({ value }) => value ?? [])
  const [low, high] = [Math.min(...values), Math.max(...values)].map(value => numberText({ value, unit: '%' }))
  if (values.length === 0) return ''
  const mark = shares.some(({ isSet }) => isSet) ? SET_BY_FAULT : ''
  return `${low === high ? low : `${low}–${high}`} %${mark}`
}

/** One line for each variant without a safeguard. */
function asidesOf(results: readonly Result[]): Markup[] {
  const names = new Set(results.flatMap(result => [...withoutSafeguard(result)]))
  return [...names].map(name => {
    const checks = results.flatMap(result => result.checks.filter(({ variant }) => variant === name))
    const verdict = worst(checks.map(check => check.verdict))
    return markup`<br><span class="aside">◇ ${name}: ${SIGNS[verdict]} ${verdict}</span>`
  })
}
