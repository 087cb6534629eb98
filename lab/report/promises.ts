// What an answer promises: where an accepted order was at that moment.
import type { Result } from '#common/experiment/summary.ts'
import { type Markup, markup } from '../draw/markup.ts'
import { accentOf } from '../draw/theme.ts'
import { scrolling } from './parts.ts'

type Row = { model: string; variant: string; durability: string; leftOut: string }

export function promisesSection(results: readonly Result[]): Markup | undefined {
  const all = results.flatMap(rowsOf)
  const rows = [...new Map(all.map(row => [JSON.stringify(row), row])).values()]
  if (rows.length === 0) return undefined
  const body = rows.map(
    ({ model, variant, durability, leftOut }) =>
      markup`<tr><td class="${accentOf(model)}"><span class="model">${model}</span></td><th scope="row">${variant}</th><td>${durability}</td><td>${leftOut}</td></tr>`,
  )
  const heads = ['model', 'as', 'an accepted order was', 'left out on purpose'].map(
    text => markup`<th scope="col">${text}</th>`,
  )
  const table = markup`<table class="prose"><thead><tr>${heads}</tr></thead><tbody>${body}</tbody></table>`
  return markup`<section id="promises"><h2>What an answer promises</h2><p>Models can only be compared where they promise the same: this is where an accepted order was when its client was answered.</p>${scrolling('Promises by model and variant', table)}</section>`
}

/** Of a comparison each variant; of an experiment those that differ from their model. */
function rowsOf({ model, variants, durability, cell }: Result): Row[] {
  const own = variants
    .filter(each => cell !== undefined || each.durability !== undefined || each.leftOut !== undefined)
    .map(each => ({
      model,
      variant: each.name,
      durability: each.durability ?? durability,
      leftOut: each.leftOut ?? '',
    }))
  return cell ? own : [{ model, variant: 'the model', durability, leftOut: '' }, ...own]
}
