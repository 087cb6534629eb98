// The first answer of a run of experiments: a row for each, with its question, its key figure and its verdict. A figure that the fault
// sets comes after those that say something of the model.
import type { Summary } from '#engine/run/summary.ts'
import { type Markup, markup } from '../charts/markup.ts'
import { accentOf } from '../charts/theme.ts'
import { keyFigures } from '../terminal/key-metrics.ts'
import { MEANING_OF_SET_BY_FAULT, NOTHING, SET_BY_FAULT } from '../terminal/table.ts'
import { type Anchors, scrollingTable } from './parts.ts'
import { verdictLine } from './verdicts.ts'

const isSet = ({ value }: { value: string }): boolean => value.endsWith(SET_BY_FAULT)

/** Undefined where the run is a comparison. */
export function answersSection({ results }: Summary, anchors: Anchors): Markup | undefined {
  const own = results.filter(({ cell }) => cell === undefined)
  if (own.length === 0) return undefined
  const figures = own.map(result =>
    keyFigures(result).toSorted((one, other) => Number(isSet(one)) - Number(isSet(other))),
  )
  const rows = own.map((result, nth) => {
    const [first, ...others] = figures[nth] ?? []
    const rest = others.map(({ name, value }) => markup`<li>${name} <b>${value}</b></li>`)
    return markup`<tr><th scope="row"><a href="#${anchors.get(result)}">${result.question}</a><br><span class="aside"><span class="model ${accentOf(result.model)}">${result.model}</span>: ${result.title}</span></th>
<td><span class="figure">${first?.value ?? NOTHING}</span><br><span class="aside">${first?.name}</span></td><td><ul class="plain">${rest}</ul></td><td>${verdictLine([result])}</td></tr>`
  })
  const table = scrollingTable(
    'Answers',
    ['question', 'key figure', 'beside it', 'verdict'],
    rows,
    'prose cards answers',
  )
  return markup`<section id="answers"><h2>Answers</h2>${table}${figures.flat().some(isSet) && markup`<p class="key">${MEANING_OF_SET_BY_FAULT}</p>`}</section>`
}
