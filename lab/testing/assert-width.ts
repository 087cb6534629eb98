// What a text of a limited width must be, for tests: no line too long, no word lost or broken.
import assert from 'node:assert/strict'
import { widthOf } from '../report/terminal/screen.ts'

export function assertFits(text: string, width: number): void {
  for (const line of text.split('\n')) assert.ok(widthOf(line) <= width, `${widthOf(line)} of ${width}: ${line}`)
}

/** Each of the words stands in the text as often as it should, or more often, whole. */
export function assertWhole(text: string, source: readonly string[]): void {
  const countsOf = (words: string[]) => Map.groupBy(words, word => word)
  const wordsOf = (part: string) => part.split(/[\s│┌┐└┘├┤┬┴┼─]+/).filter(word => word !== '')
  const found = countsOf(wordsOf(text))
  for (const [word, all] of countsOf(source.flatMap(wordsOf)))
    assert.ok((found.get(word)?.length ?? 0) >= all.length, `"${word}" ${all.length} times in\n${text}`)
}
