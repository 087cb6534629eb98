// The checks of a run as JUnit XML for CI systems: a suite for each experiment, a case for each check. Guarantees well-formed
// XML whatever a detail quotes, and an error for every requested experiment that has no result.
import { writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { makeFolder } from '#common/contracts/make-folder.ts'
import type { Result } from '#engine/run/summary.ts'
import { type Markup, markup } from './charts/markup.ts'
import { UsageError } from '../cli/usage.ts'

type Check = Result['checks'][number]

/** @throws UsageError where the file cannot be written */
export function writeJunit(file: string, ids: readonly string[], results: readonly Result[]): void {
  try {
    makeFolder(dirname(file))
    writeFileSync(file, junit(ids, results))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new UsageError(`${file} cannot be written (${why}); give --junit another file.`)
  }
}

/** @param ids of the requested experiments */
export function junit(ids: readonly string[], results: readonly Result[]): string {
  const found = new Map(results.map(result => [`${result.model}/${result.experiment}`, result]))
  const suites = ids.map(id => suite(id, found.get(id)))
  return `<?xml version="1.0" encoding="UTF-8"?>\n${markup`<testsuites>\n${suites}</testsuites>\n`.markup}`
}

function suite(id: string, result: Result | undefined): Markup {
  const { checks = [], variants = [], seconds = 0, failure = result ? undefined : 'It was not run.' } = result ?? {}
  const disabledSafeguard = new Map(variants.map(variant => [variant.name, variant.disabledSafeguard]))
  const cases = checks.map(check => ({ ...check, outcome: outcomeOf(check, disabledSafeguard.get(check.variant)) }))
  const count = (what: Outcome) => cases.filter(({ outcome }) => outcome === what).length
  const ended = failure === undefined ? [] : [testCase(id, 'it runs to its end', 'error', failure)]
  return markup`<testsuite name="${clean(id)}" tests="${cases.length + ended.length}" failures="${count('failure')}" errors="${count('error') + ended.length}" skipped="${count('skipped')}" time="${seconds.toFixed(3)}">
${cases.map(({ name, variant, outcome, detail }) => testCase(`${id}: ${variant}`, name, outcome, detailOf(detail, disabledSafeguard.get(variant))))}${ended}</testsuite>
`
}

const OUTCOMES = { valid: undefined, invalid: 'failure', unknown: 'error', vacuous: 'skipped' } as const
type Outcome = (typeof OUTCOMES)[keyof typeof OUTCOMES]

/** A finding in a variant that leaves out a safeguard on purpose fails nothing. */
const outcomeOf = ({ verdict }: Check, disabledSafeguard: string | undefined): Outcome =>
  verdict !== 'valid' && disabledSafeguard !== undefined ? 'skipped' : OUTCOMES[verdict]

const detailOf = (detail: string, disabledSafeguard: string | undefined): string =>
  disabledSafeguard === undefined ? detail : `Left out on purpose: ${disabledSafeguard}. ${detail}`

function testCase(className: string, name: string, outcome: Outcome, detail: string): Markup {
  const head = markup`<testcase classname="${clean(className)}" name="${clean(name)}"`
  if (outcome === undefined) return markup`${head}/>\n`
  const open = { failure: markup`<failure`, error: markup`<error`, skipped: markup`<skipped` }[outcome]
  return markup`${head}>${open} message="${clean(detail)}"/></testcase>\n`
}

/** Characters that XML cannot contain, even escaped, become the replacement character. */
const clean = (text: string): string =>
  text.replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
