import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Result } from '#engine/run/summary.ts'
import type { Verdict } from '#engine/checks/check.ts'
import { junit } from './junit.ts'
import { sampleResult } from '../testing/sample-result.ts'

const ID = 'streaming-kafka/consumer-lag'
const check = (verdict: Verdict, detail = 'why', variant = 'control') => ({
  name: `a ${verdict} one`,
  verdict,
  detail,
  variant,
})
const xmlOf = (change: Partial<Result>, ids = [ID]) => junit(ids, [{ ...sampleResult, ...change }])

test('a suite is an experiment and a case a check: what is invalid failed, unknown is an error, vacuous is skipped', () => {
  const checks = (['valid', 'invalid', 'unknown', 'vacuous'] as const).map(verdict => check(verdict))
  const lines = xmlOf({ checks, seconds: 1.25 }).split('\n')
  assert.deepEqual(lines, [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    `<testsuite name="${ID}" tests="4" failures="1" errors="1" skipped="1" time="1.250">`,
    `<testcase classname="${ID}: control" name="a valid one"/>`,
    `<testcase classname="${ID}: control" name="a invalid one"><failure message="why"/></testcase>`,
    `<testcase classname="${ID}: control" name="a unknown one"><error message="why"/></testcase>`,
    `<testcase classname="${ID}: control" name="a vacuous one"><skipped message="why"/></testcase>`,
    '</testsuite>',
    '</testsuites>',
    '',
  ])
})

test('what could not be finished, and what was not run, is an error', () => {
  const xml = xmlOf({ checks: [check('valid')], failure: 'no broker' }, [ID, 'sync-rest/baseline-latency'])
  assert.match(xml, /tests="2" failures="0" errors="1"[^]+name="it runs to its end"><error message="no broker"\/>/)
  assert.match(
    xml,
    /<testsuite name="sync-rest\/baseline-latency" tests="1"[^\n]+\n[^\n]+<error message="It was not run\."\/>/,
  )
})

test('what a safeguard that is left out lets happen is skipped, with the reason', () => {
  const variants = sampleResult.variants.map(variant => ({ ...variant, disabledSafeguard: 'the inbox' }))
  const xml = xmlOf({ checks: [check('invalid', 'twice'), check('valid')], variants })
  assert.match(xml, /tests="2" failures="0" errors="0" skipped="1"/)
  assert.match(xml, /<skipped message="Left out on purpose: the inbox\. twice"\/>/)
})

const ENTITIES: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&amp;': '&',
  '&quot;': '"',
  '&#39;': "'",
}

/** The characters that XML 1.0 may have. */
function isXml(sign: string): boolean {
  const code = sign.codePointAt(0) ?? 0
  const isText = code >= 0x20 && (code < 0xd800 || code > 0xdfff) && code !== 0xfffe && code !== 0xffff
  return isText || ['\t', '\n', '\r'].includes(sign)
}

/** What is left of a text without what XML cannot have, and without the sign that takes its place. */
const kept = (text: string): string =>
  Array.from(text)
    .filter(sign => isXml(sign) && sign !== '\ufffd')
    .join('')

test('whatever a detail, a check or a variant is called, the file is well-formed and says it', () => {
  const words = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('<', '&', '"', "'", ']]>', '\n', '\u0000', '\u001b', '\ud800', '\ufffe', 'a') }),
  )
  fc.assert(
    fc.property(words, words, words, (name, variant, detail) => {
      const xml = xmlOf({ checks: [{ name, variant, detail, verdict: 'invalid' }] })
      assert.ok(xml.isWellFormed())
      assert.ok(Array.from(xml).every(isXml))
      const found = /<testcase classname="([^"<]*)" name="([^"<]*)"><failure message="([^"<]*)"\/>/.exec(xml)
      const read = found
        ?.slice(1)
        .map(text => text.replaceAll(/&(?:lt|gt|amp|quot|#39);/g, sign => ENTITIES[sign] ?? ''))
      assert.deepEqual(read?.map(kept), [`${ID}: ${variant}`, name, detail].map(kept))
    }),
    { numRuns: 300 },
  )
})
