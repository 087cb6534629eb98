// The end of a run: what was learned, what to do next, and the report as an address that a terminal makes clickable. Guarantees that
// commands and the address stand alone in their lines, so that they can be copied: the box has no sides.
import { pathToFileURL } from 'node:url'
import { wrapped } from './screen.ts'

/** A command, and what it is for. */
export type NextStep = { command: string; what: string }

export type End = {
  learned: readonly string[]
  next: readonly NextStep[]
  /** The path of the file; undefined where it could not be written. */
  report: string | undefined
}

/** @param width of the terminal: sentences are broken there; commands and the address are as wide as they are */
export function endBox({ learned, next, report }: End, width: number): string {
  const parts = {
    'What was learned': learned.map(text => wrapped(text, width)),
    'What to do next': next.flatMap(({ command, what }) => [wrapped(`# ${what}`, width, 2), command]),
    Report: report === undefined ? [] : [pathToFileURL(report).href],
  }
  const lines = Object.entries(parts).flatMap(([title, texts]) =>
    texts.length === 0 ? [] : [`── ${title} `.padEnd(width, '─'), ...texts],
  )
  return [...lines, '─'.repeat(width)].join('\n')
}
