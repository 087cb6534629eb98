// Labels that do not lie on each other.
import { type Markup, markup } from './markup.ts'

export type Label = { y: number; text: string; className: string; sample?: Markup }

/** Of a letter, as a share of its height; a little more than it takes in most fonts. */
const WIDE = 0.57

export const widthOf = (text: string, size = 12): number => text.length * size * WIDE

/** As many words as fit, and an ellipsis where some do not. */
export function fitted(text: string, width: number, size = 12): string {
  const most = Math.floor(width / (size * WIDE))
  return text.length <= most ? text : `${text.slice(0, Math.max(0, most - 1)).trimEnd()}…`
}

/** Lines of at most that width, broken between words. */
export function wrapped(text: string, width: number, size = 12): string[] {
  const lines: string[] = []
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1)
    if (last !== undefined && widthOf(`${last} ${word}`, size) <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

const GAP = 14

/** Moves labels apart, as little as it takes, between two heights. */
export function apart<Each extends { y: number }>(labels: readonly Each[], top: number, bottom: number): Each[] {
  const sorted = labels.toSorted((one, other) => one.y - other.y).map(label => ({ ...label }))
  let least = top
  for (const label of sorted) {
    label.y = Math.max(label.y, least)
    least = label.y + GAP
  }
  let most = bottom
  for (const label of sorted.toReversed()) {
    label.y = Math.min(label.y, most)
    most = label.y - GAP
  }
  return sorted
}

/** Of the class of that name. */
const SMALL = 10

/** Labels at the right of a panel, each with a sample of what it names; a long one is small. @param x where the sample begins */
export function rightLabels(labels: readonly Label[], x: number, top: number, bottom: number, width: number): Markup[] {
  return apart(labels, top, bottom).map(({ y, text, className, sample }) => {
    const indent = sample ? 16 : 0
    const drawn = sample && markup`<g transform="translate(${x} ${y})">${sample}</g>`
    const room = width - indent
    const isSmall = widthOf(text) > room
    const shown = isSmall ? fitted(text, room, SMALL) : text
    return markup`${drawn}<text class="${isSmall ? `${className} small` : className}" x="${x + indent}" y="${y + 4}">${shown}</text>`
  })
}
