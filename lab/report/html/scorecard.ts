// The first answer of a comparison: the scorecard, a row for each need, a cell for each model, and what follows from them; and the
// outbox and the model apart.
import type { Summary } from '#engine/run/summary.ts'
import { ABOUT_THE_SCORECARD, type ScorecardCell, scorecard, spreadText } from '../../comparison/scorecard.ts'
import { ABOUT_THE_OUTBOX, outboxGrid } from '../../comparison/outbox.ts'
import { type Markup, markup } from '../charts/markup.ts'
import { accentOf } from '../charts/theme.ts'
import { SIGNS } from '../terminal/report.ts'
import { gridTable, scenarioAnchor, scrollingTable } from './parts.ts'

/** Undefined where there is none. */
export function scorecardSection(summary: Summary): Markup | undefined {
  const card = scorecard(summary)
  if (!card) return undefined
  const models = card.models.map(model => markup`<th scope="col" class="${accentOf(model)}">${model}</th>`)
  const rows = card.rows.map(
    ({ need, scenario, measured, cells, answer }) =>
      markup`<tr><th scope="row"><a href="#${scenarioAnchor(scenario)}">${need}</a><br><span class="aside">${measured}</span></th>${cells.map((cell, nth) => cellOf(cell, card.models[nth] ?? ''))}<td data-label="answer">${answer}</td></tr>`,
  )
  const table = scrollingTable('What each need asks for', ['need', ...models, 'answer'], rows, 'prose scorecard cards')
  const notes = card.notes.map(note => markup`<span>${note}</span> `)
  return markup`<section id="scorecard"><h2>Scorecard</h2><p>${spreadText(summary)}</p><p class="key">${ABOUT_THE_SCORECARD} Tinted: it meets the need, or nothing measured is better beyond doubt.</p>${table}<p class="notes">${notes}</p></section>`
}

/** @param model as a phone shows it, where a row is a card */
function cellOf({ text, verdict, configuration, standing }: ScorecardCell, model: string): Markup {
  const sign =
    verdict !== undefined &&
    markup`<span class="sign ${verdict}" title="${verdict}" aria-hidden="true">${SIGNS[verdict]}</span><span class="unseen">${verdict}, </span> `
  const which = configuration !== undefined && markup`<span class="aside which">${configuration}</span>`
  // The figure is large; its spread, or the number of its note, stands behind it.
  const [, figure = text, rest = ''] = /^(\S+)( .*)?$/.exec(text) ?? []
  const spread = rest !== '' && markup` <span class="aside spread">${rest.trim()}</span>`
  return markup`<td class="${standing}" data-label="${model}"><span class="nowrap">${sign}<span class="figure">${figure}</span></span>${spread}${which}</td>`
}

/** Undefined where no model was run with and without an outbox. */
export function outboxSection(summary: Summary): Markup | undefined {
  const grid = outboxGrid(summary)
  if (!grid) return undefined
  const names = grid.rows.map(({ name }) => markup`<span class="model ${accentOf(name)}">${name}</span>`)
  return markup`<section id="outbox"><h2>The outbox and the model apart</h2><p class="key">${ABOUT_THE_OUTBOX}</p>${gridTable('The outbox and the model apart', grid, names)}</section>`
}
