import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { inspect } from 'node:util'
import { zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { checksFor } from '#engine/checks/checks.ts'
import { HISTORY_FORMAT } from '#engine/run/history.ts'
import { packHistory } from '#engine/run/history-archive.ts'
import { evaluate } from '#engine/run/result.ts'
import { sampleHistory } from '#engine/testing/sample-history.ts'
import { UsageError } from '../cli/usage.ts'
import { sampleResult } from '../testing/sample-result.ts'
import { readHistory } from './histories.ts'

const folder = mkdtempSync(join(tmpdir(), 'histories-'))
after(() => rmSync(folder, { recursive: true }))

const VARIANT = {
  name: 'sample',
  about: '',
  load: { orders: 120, ordersPerSecond: 1_000, deadlineMs: 1_000, mix: {} },
  quiescenceMs: 1_000,
  checks: checksFor(),
}

/** What the lab says of this file: its verdicts and measures, or the sentence that refuses it. */
function judged(bytes: string | Uint8Array, name = 'one.history.json'): unknown {
  const file = join(folder, name)
  writeFileSync(file, bytes)
  try {
    const { checks, measures } = evaluate(VARIANT, readHistory(file))
    return { checks, measures }
  } catch (error) {
    assert.ok(error instanceof UsageError, inspect(error))
    assert.match(error.message, /^\S+\.history\.json\S* \P{Cc}*\.$/u)
    assert.ok(error.message.length < 600, error.message)
    return error.message
  }
}

const isRefused = (said: unknown) => typeof said === 'string'
const sample = (seed: number): Record<string, unknown> =>
  JSON.parse(JSON.stringify(sampleHistory(seed))) as Record<string, unknown>
const ONE = sample(1)
const TEXT = JSON.stringify(ONE)

test('a history that is cut anywhere, as JSON or as an archive, is refused in a sentence', () => {
  const archive = packHistory(ONE)
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), share => {
      assert.ok(isRefused(judged(TEXT.slice(0, Math.floor(share * TEXT.length)))))
      assert.ok(isRefused(judged(archive.subarray(0, Math.floor(share * archive.length)), 'one.history.json.zst')))
    }),
    { numRuns: 100, examples: [[0]] },
  )
})

test('an archive in which any bit is another is refused in a sentence, or judged the same', () => {
  const archive = packHistory(ONE)
  const whole = judged(TEXT)
  assert.ok(!isRefused(whole))
  fc.assert(
    fc.property(fc.nat(archive.length * 8 - 1), bit => {
      const damaged = Uint8Array.from(archive)
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      const said = judged(damaged, 'one.history.json.zst')
      if (!isRefused(said)) assert.deepEqual(said, whole)
    }),
    { numRuns: 200 },
  )
})

type Place = { owner: Record<string, unknown>; key: string; path: string }

/** Every field of every row, so that a part of it can be damaged. */
function placesOf(value: unknown, path = ''): Place[] {
  if (typeof value !== 'object' || value === null) return []
  const owner = value as Record<string, unknown>
  return Object.keys(owner).flatMap(key => [
    ...(Array.isArray(owner) ? [] : [{ owner, key, path: `${path}.${key}` }]),
    ...placesOf(owner[key], `${path}.${key}`),
  ])
}

/** Named by whoever wrote them: a fault, a kitchen or a queue that is missing is not seen by its shape. */
const NAMED = /^\.(?:faults|openingStock|samples\.\d+\.depths)\./
/** What an answer or a message need not have. */
const OPEN =
  /^\.(?:attempts\.\d+\.answer\.(?:code|orderId|says)|polls\.\d+\.(?:status|says|reason|isLast)|raw\.\d+\.(?:orderId|body)|evidence\.deadLetters\.\d+\.orderId|usage)$/

const PLACES = placesOf(ONE).filter(({ path }) => !NAMED.test(path))

test('a history without any one of its fields, or with another type in it, is refused in a sentence', () => {
  fc.assert(
    fc.property(fc.nat(PLACES.length - 1), fc.constantFrom<unknown>(undefined, [], {}, true), (nth, wrong) => {
      const { owner, key, path } = PLACES[nth] as Place
      const right = owner[key]
      if (wrong === undefined ? OPEN.test(path) : kindOf(wrong) === kindOf(right)) return
      owner[key] = wrong
      const damaged = JSON.stringify(ONE)
      owner[key] = right
      assert.ok(isRefused(judged(damaged)), path)
    }),
    { numRuns: 150 },
  )
})

const kindOf = (value: unknown): string => (Array.isArray(value) ? 'array' : typeof value)

test('what is no history, or one of another version, is refused with what it is and what to do', () => {
  const refusals: [string | Uint8Array, RegExp][] = [
    ['', /^\S+ is not a readable history \(it is empty\); run its experiment again, or delete it/],
    ['null', /\(history must be object\)/],
    ['[]', /\(history must be object\)/],
    [JSON.stringify(sampleResult), /was made by an older version of the lab; run its experiments again\.$/],
    [JSON.stringify({ ...ONE, format: HISTORY_FORMAT + 1 }), /was made by a newer version of the lab/],
    [JSON.stringify({ ...ONE, format: undefined }), /was made by an older version of the lab/],
    [JSON.stringify({ format: HISTORY_FORMAT, results: [] }), /\(history must have required properties planned, /],
    [new Uint8Array([0x7b, 0xff]), /\(it is not UTF-8\)/],
  ]
  for (const [bytes, sentence] of refusals) assert.match(String(judged(bytes)), sentence)
  const other = zstdCompressSync(TEXT)
  assert.match(String(judged(other, 'one.history.json.zst')), /\(it is no archive of a history\)/)
})

test('unknown fields are accepted anywhere', () => {
  const history = structuredClone(ONE)
  for (const { owner, path } of placesOf(history)) if (!NAMED.test(path)) owner.another = { of: ['a', 'later version'] }
  assert.deepEqual(judged(JSON.stringify(history)), judged(TEXT))
})
