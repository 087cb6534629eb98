// "Which one for me?": what the comparison advises in a condition, each with the numbers that it rests on.
import type { Recommendation } from '../../comparison/recommendations.ts'
import { type Markup, markup } from '../charts/markup.ts'
import { accentOf } from '../charts/theme.ts'
import { scenarioAnchor } from './anchors.ts'
import { scrolling } from './parts.ts'

export function recommendationsSection(recommendations: readonly Recommendation[]): Markup | undefined {
  if (recommendations.length === 0) return undefined
  const rows = recommendations.map(({ condition, advice, evidence }) => {
    const links = evidence.map(
      ({ model, text, scenario }) =>
        markup`<li><a class="${accentOf(model)}" href="#${scenarioAnchor(scenario)}">${model}</a>: ${text}</li>`,
    )
    return markup`<tr><th scope="row">${condition}</th><td>${advice}</td><td><ul class="plain">${links}</ul></td></tr>`
  })
  const head = markup`<tr><th scope="col">If this is so</th><th scope="col">then</th><th scope="col">because, measured here</th></tr>`
  return markup`<section id="recommendations"><h2>Which one for me?</h2>${scrolling('Advice by situation', markup`<table class="prose"><thead>${head}</thead><tbody>${rows}</tbody></table>`)}</section>`
}
