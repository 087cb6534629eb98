// JSON for a repository: a line a value, but a point of a curve in one, so that a curve is no thousand lines; and the
// points of orders, of which there are thousands, eight in one.

const NUMBER = String.raw`(?:-?[\d.e+-]+|null)`
const NUMBERS = new RegExp(String.raw`\[\s+(${NUMBER}(?:,\s+${NUMBER})*)\s+\]`, 'g')
const LONG = String.raw`\[${NUMBER}(?:, ${NUMBER}){2,}\]`
const EIGHT = new RegExp(String.raw`${LONG}(?:,\s+${LONG}){1,7}`, 'g')

export const compactJson = (value: unknown): string =>
  `${JSON.stringify(value, null, 2).replaceAll(NUMBERS, inOneLine).replaceAll(EIGHT, inOneLine)}\n`

const inOneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').replace(/^\[ /, '[').replace(/ \]$/, ']')
