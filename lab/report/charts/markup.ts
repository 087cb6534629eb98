// HTML and SVG as template strings. Guarantees that a value never becomes markup: text is escaped, also within the quotes
// of an attribute; only what `markup` itself made goes in as it is. Numbers get one decimal at most: a tenth of a pixel.

export type Markup = { readonly markup: string }
type Part = string | number | undefined | false | Markup | readonly Part[]

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, sign => ESCAPES[sign] ?? sign)

/** Parts that are undefined or false leave nothing; lists are put one after the other. */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return { markup: strings.reduce((whole, string, index) => `${whole}${textOf(parts[index - 1])}${string}`) }
}

/** Text of the project's own, such as a style sheet, that is not to be escaped. */
export const verbatim = (text: string): Markup => ({ markup: text })

function textOf(part: Part): string {
  if (part === undefined || part === false) return ''
  if (typeof part === 'string') return escaped(part)
  if (typeof part === 'number') return String(tenth(part))
  if ('markup' in part) return part.markup
  return part.map(textOf).join('')
}

export const tenth = (value: number): number => Math.round(value * 10) / 10
