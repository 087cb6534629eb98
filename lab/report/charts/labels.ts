// Text in pictures: how wide it is, how it is shortened or broken, and labels that do not lie on each other.

/** Of a letter, as a share of its height; a little more than it takes in most fonts. */
const WIDE = 0.57

export const widthOf = (text: string, size = 12): number => text.length * size * WIDE

/** As many words as fit, and an ellipsis where some do not. */
export function fitted(text: string, width: number, size = 12): string {
  const most = Math.floor(width / (size * WIDE))
  return text.length <= most ? text : `${text.slice(0, Math.max(0, most - 1)).trimEnd()}…`
}

/** Lines of at most that width, broken between words. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1)
    if (last !== undefined && widthOf(`${last} ${word}`) <= width) lines[lines.length - 1] = `${last} ${word}`
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
