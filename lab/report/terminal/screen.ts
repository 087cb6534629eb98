// Text on a screen of a limited width: lines are broken between words, and never inside one.
import { stripVTControlCharacters } from 'node:util'

/** Where there is no terminal, or it does not know its width. */
const USUAL_WIDTH = 80

/** Characters a line may have. */
export const terminalWidth = (): number => process.stdout.columns || USUAL_WIDTH

/** On a terminal no line is wider than it; a file keeps each sentence in its line. */
export const print = (text: string): void => console.log(process.stdout.isTTY ? wrapped(text, terminalWidth()) : text)

export const widthOf = (text: string): number => stripVTControlCharacters(text).length

/** A sign belongs to the word behind it, and a unit to the one before it: `≥ 5,000 ms`, `– (1)`. */
const wordsOf = (line: string): string[] => line.split(/(?<!(?:^|\s)[≥–✔✘?∅◇]) +(?!(?:%|ms|s)(?:[\s.,;:)]|$))/)

/** A word that is longer than the line stays whole. @param hang how much further what goes on is indented */
export const wrapped = (text: string, width: number, hang = 0): string =>
  text
    .split('\n')
    .map(line => (widthOf(line) <= width ? line : broken(line, width, hang)))
    .join('\n')

function broken(line: string, width: number, hang: number): string {
  const indent = /^ */.exec(line)?.[0] ?? ''
  const [first = '', ...words] = wordsOf(line.trimStart())
  const lines = [`${indent}${first}`]
  for (const word of words) {
    const longer = `${lines.at(-1)} ${word}`
    if (widthOf(longer) <= width) lines[lines.length - 1] = longer
    else lines.push(`${indent}${' '.repeat(hang)}${word}`)
  }
  return lines.join('\n')
}

/** What a table adds to each of its columns, and once more at its end. */
const BORDER = 3

/** Cells of text go on below their first line, indented by this. */
export const HANG = 2

/**
 * The widths of the columns of a table that is no wider than `width`: the widest are narrowed first. Undefined where words would have
 * to be broken. @param left the columns whose cells are text
 */
export function columnWidths(
  lines: readonly (readonly string[])[],
  left: readonly number[],
  width: number,
): number[] | undefined {
  const columns = (lines[0] ?? []).map((_, index) => lines.flatMap(cells => (cells[index] ?? '').split('\n')))
  const longest = (texts: string[]) => texts.reduce((most, text) => Math.max(most, widthOf(text)), 0)
  const least = columns.map((texts, index) => {
    const [firsts, others] = [texts.map(text => wordsOf(text)[0] ?? ''), texts.flatMap(text => wordsOf(text).slice(1))]
    const hang = left.includes(index) && others.length > 0 ? HANG : 0
    return Math.max(longest(firsts), longest(others) + hang)
  })
  const widths = columns.map((texts, index) => Math.max(longest(texts), least[index] ?? 0))
  const total = () => widths.reduce((sum, each) => sum + each + BORDER, 1)
  while (total() > width) {
    const room = widths.map((each, index) => (each > (least[index] ?? 0) ? each : 0))
    const widest = Math.max(...room)
    if (widest === 0) return undefined
    widths[room.indexOf(widest)] = widest - 1
  }
  return widths
}
