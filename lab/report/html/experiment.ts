// The section of one experiment: its question and verdict, its pictures with what they show beside them, its table and its checks.
import type { Result } from '#engine/run/summary.ts'
import { type Markup, markup } from '../charts/markup.ts'
import { accentOf } from '../charts/theme.ts'
import { conditions } from '../terminal/report.ts'
import { gridOf } from '../terminal/table.ts'
import { checksDetails, environmentOf, figure, gridTable, failureOf, verdictMark } from './parts.ts'
import { timelinePicture, sharesPicture, sharesSentences } from './pictures.ts'

/** A table of at most this many columns fits beside the pictures. */
const NARROW = 3

/** @param id its anchor */
export function experimentSection(result: Result, id: string): Markup {
  const { model, title, question, variants, explanation, verdict } = result
  const abouts = variants.map(variant => {
    const { name, about, disabledSafeguard } = variant
    const aside =
      disabledSafeguard !== undefined && markup` <span class="aside">Left out on purpose: ${disabledSafeguard}.</span>`
    const set = environmentOf(variant).map(text => markup` <code>${text}</code>`)
    return markup`<dt>${name}</dt><dd>${about}${set}${aside}</dd>`
  })
  const isNarrow = variants.length <= NARROW
  const table = gridTable(`${title}: measures`, gridOf(result))
  const timeline = timelinePicture(result, `${id}-time`)
  const shares = sharesPicture(result, `${id}-shares`)
  const pictures = [
    timeline && figure('time', timeline, []),
    shares && figure('shares', shares, sharesSentences(result)),
  ].filter(picture => picture !== undefined)
  const words = markup`<div class="sentences">${explanation.map(text => markup`<p>${text}</p>`)}</div>${abouts.length > 0 && markup`<dl class="variants">${abouts}</dl>`}${isNarrow && table}`
  return markup`<section class="result" id="${id}" data-model="${model}">
<p class="kicker ${accentOf(model)}">${model}</p><h3>${title} ${verdictMark(verdict)}</h3><p class="question">${question}</p>${failureOf(result)}
${pictures.length > 0 ? markup`<div class="beside"><div>${pictures}</div><div>${words}</div></div>` : words}${!isNarrow && table}
<p class="conditions">${conditions(result)}</p>${checksDetails(result)}</section>`
}
