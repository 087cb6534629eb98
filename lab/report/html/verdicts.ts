// The section of verdicts: every result with its sign, linked to its section, and which checks were evaluated. Findings in a
// variant that leaves out a safeguard on purpose are shown beside it, marked, and do not count for the verdict.
import type { Comparison, Result, Summary } from '#engine/run/summary.ts'
import { worst } from '#engine/checks/check.ts'
import { type Markup, markup } from '../charts/markup.ts'
import { accentOf } from '../charts/theme.ts'
import { busyText, countedChecks, evaluatedChecks, SIGNS, stoppedText, withoutSafeguard } from '../terminal/report.ts'
import { keyMetrics } from '../terminal/key-metrics.ts'
import { type Anchors, scenarioAnchor, scrollingTable, tally, verdictMark } from './parts.ts'

export function verdictsSection(summary: Summary, anchors: Anchors): Markup {
  const { comparison, results } = summary
  const own = results.filter(({ cell }) => cell === undefined)
  return markup`<section id="verdicts"><h2>Verdicts</h2>
${comparison && scenariosTable(comparison, results)}${own.length > 0 && experimentsTable(own, anchors)}
<p class="key">${KEY}</p><p class="key">${evaluatedChecks(results)}</p></section>`
}

const KEY = markup`✔ valid: every check holds. ✘ invalid: one does not. ? unknown: it could not be judged. ∅ vacuous: it could not have failed. ◇ a safeguard was left out on purpose: what happens without it is shown, and does not count for a verdict.`

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
    const cells = models.map(model => {
      const own = results.filter(({ cell, model: its }) => cell?.scenario === name && its === model)
      if (own.length === 0) return markup`<td class="aside">${without[model] ?? 'not run'}</td>`
      const count = own.length > 1 && markup` <span class="aside">${tally(own.map(({ verdict }) => verdict))}</span>`
      const verdict = worst(own.map(result => result.verdict))
      return markup`<td><a href="#${scenarioAnchor(name)}">${verdictMark(verdict)}</a>${count}${asidesOf(own)}</td>`
    })
    return markup`<tr><th scope="row"><a href="#${scenarioAnchor(name)}">${title}</a></th>${cells}</tr>`
  })
  return scrollingTable('Verdicts by scenario and model', ['scenario', ...heads], rows, 'verdicts prose by-model')
}

function experimentsTable(results: readonly Result[], anchors: Anchors): Markup {
  const rows = results.map(result => {
    const { model, title, question, verdict } = result
    const metrics = keyMetrics(result).map(text => markup`<li>${text}</li>`)
    return markup`<tr><td class="${accentOf(model)}"><span class="model">${model}</span></td><th scope="row"><a href="#${anchors.get(result)}">${title}</a></th><td><a href="#${anchors.get(result)}">${verdictMark(verdict)}</a>${asidesOf([result])}</td><td>${question}</td><td><ul class="plain">${metrics}</ul></td></tr>`
  })
  const heads = ['model', 'experiment', 'verdict', 'question', 'key metrics']
  return scrollingTable('Verdicts by experiment', heads, rows, 'verdicts prose cards')
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
