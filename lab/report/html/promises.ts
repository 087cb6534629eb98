// What an answer promises: where an accepted order was at that moment.
import type { Result, Summary } from '#engine/run/summary.ts'
import { brokerDead } from '../../comparison/scenarios/broker-dead.ts'
import { type Markup, markup } from '../charts/markup.ts'
import { accentOf } from '../charts/theme.ts'
import { environmentOf, scrolling } from './parts.ts'

type Row = { model: string; variant: string; durability: string; environment: string[]; disabledSafeguard: string }

export function promisesSection({ results, comparison }: Pick<Summary, 'results' | 'comparison'>): Markup | undefined {
  const all = results.flatMap(rowsOf)
  const rows = [...new Map(all.map(row => [JSON.stringify(row), row])).values()]
  if (rows.length === 0) return undefined
  const body = rows.map(
    ({ model, variant, durability, environment, disabledSafeguard }) =>
      markup`<tr><td class="${accentOf(model)}"><span class="model">${model}</span></td><th scope="row">${variant}</th><td>${durability}</td><td><ul class="plain">${environment.map(text => markup`<li><code>${text}</code></li>`)}</ul></td><td>${disabledSafeguard}</td></tr>`,
  )
  const heads = ['model', 'as', 'an accepted order was', 'set for it', 'left out on purpose'].map(
    text => markup`<th scope="col">${text}</th>`,
  )
  // What brokers promise is put to the test where they die: how far, that scenario says.
  const caveat = comparison?.about.find(({ name }) => name === brokerDead.name)?.caveat
  const table = markup`<table class="prose"><thead><tr>${heads}</tr></thead><tbody>${body}</tbody></table>`
  return markup`<section id="promises"><h2>What an answer promises</h2><p>Models can only be compared where they promise the same: this is where an accepted order was when its client was answered.</p>${caveat !== undefined && markup`<p class="key">${caveat}</p>`}${scrolling('Promises by model and variant', table)}</section>`
}

/** Of a comparison each variant; of an experiment those that differ from their model. */
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
