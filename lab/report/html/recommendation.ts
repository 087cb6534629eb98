// "Which one for me?": what the comparison advises in a situation, each with the numbers that it rests on.
import type { Situation } from '../../comparison/recommendations.ts'
import { type Markup, markup } from '../charts/markup.ts'
import { accentOf } from '../charts/theme.ts'
import { faultAnchor } from './anchors.ts'
import { scrolling } from './parts.ts'

export function situationsSection(situations: readonly Situation[]): Markup | undefined {
  if (situations.length === 0) return undefined
  const rows = situations.map(({ situation, advice, evidence }) => {
    const links = evidence.map(
      ({ model, text, fault }) =>
        markup`<li><a class="${accentOf(model)}" href="#${faultAnchor(fault)}">${model}</a>: ${text}</li>`,
    )
    return markup`<tr><th scope="row">${situation}</th><td>${advice}</td><td><ul class="plain">${links}</ul></td></tr>`
  })
  const head = markup`<tr><th scope="col">If this is so</th><th scope="col">then</th><th scope="col">because, measured here</th></tr>`
  return markup`<section id="situations"><h2>Which one for me?</h2>${scrolling('Advice by situation', markup`<table class="prose"><thead>${head}</thead><tbody>${rows}</tbody></table>`)}</section>`
}
