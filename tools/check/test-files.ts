/**
 * A test file tests: it declares a test (or hands a model to the conformance suite, which does), leaves none
 * out, and waits for conditions, never for time. A timer that stands for a slow peer is allowed.
 */
import { importsOf } from './imports.ts'
import type { SourceFile } from './rule.ts'
import { stringIn, tokensOf } from './tokens.ts'

const DECLARES = /(?<!\. )\b(?:test|it) \(/
const LEFT_OUT = /\. (?:skip|only|todo) \(|[{,] (?:skip|todo) :|[{,] only : true/
const SLEEPS =
  /new Promise (?:< \w+ > )?\( \(? ?\w* ?(?:, \w+ )?\)? ?= > \{? ?(?:return )?setTimeout|promisify \( setTimeout|scheduler \. wait|Atomics \. wait/
const TIMERS = ['node:timers/promises', 'timers/promises']

export function emptyOrSleepingTests(files: readonly SourceFile[]): string[] {
  return files.filter(({ path }) => /\.((compose|browser)-)?test\.ts$/.test(path)).flatMap(complaints)
}

function complaints({ path, text }: SourceFile): string[] {
  const imports = importsOf(path, text)
  const code = tokensOf(text).map(withoutText).join(' ')
  const tests = DECLARES.test(code) || imports.some(name => name.startsWith('conformance/'))
  const sleeps = SLEEPS.test(code) || imports.some(name => TIMERS.includes(name))
  return [
    tests ? [] : `${path} holds no test.`,
    LEFT_OUT.test(code) ? `${path} leaves a test out (skip, only or todo).` : [],
    sleeps ? `${path} sleeps for a time: wait for an event, or with until() for a condition.` : [],
  ].flat()
}

function withoutText(token: string): string {
  return stringIn(token) === undefined && !token.startsWith('`') ? token : "''"
}
