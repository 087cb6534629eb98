// What a model in one of its compositions is called; "◇" where a safeguard is left out on purpose.
import type { ConfigurationResults } from '../../comparison/configurations.ts'
import { type Markup, markup } from '../charts/markup.ts'
import { accentOf } from '../charts/theme.ts'

const sign = ({ disabledSafeguard }: ConfigurationResults): string => (disabledSafeguard === undefined ? '' : '◇ ')

export const nameOf = (subject: ConfigurationResults): string => `${sign(subject)}${subject.model}: ${subject.variant}`

/** The head of a column: the model in its colour, below it the variant. */
export const headOf = (subject: ConfigurationResults): Markup =>
  markup`<span class="model ${accentOf(subject.model)}">${subject.model}</span><br><span class="aside">${sign(subject)}${subject.variant}</span>`
