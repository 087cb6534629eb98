import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { inspect } from 'node:util'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import fc from 'fast-check'
import { checksFor } from '#engine/checks/checks.ts'
import { HISTORY_FORMAT } from '#engine/run/history.ts'
import { packHistory, writeHistory } from '#engine/run/history-file.ts'
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

/** What the lab says of a file with these bytes: its verdicts and measures, or the sentence that refuses it. */
async function judgedBytes(bytes: Uint8Array): Promise<unknown> {
  const file = join(folder, 'one.history.zst')
  writeFileSync(file, bytes)
  try {
    const { checks, measures } = evaluate(VARIANT, await readHistory(file))
    return { checks, measures }
  } catch (error) {
    assert.ok(error instanceof UsageError, inspect(error))
    assert.match(error.message, /^\S+\.history\.zst \P{Cc}*\.$/u)
    assert.ok(error.message.length < 600, error.message)
    return error.message
  }
}

/** And of one that a lab has written so. */
async function judged(history: unknown): Promise<unknown> {
  const file = join(folder, 'written.history.zst')
  await writeHistory(file, history)
  return judgedBytes(readFileSync(file))
}

const isRefused = (said: unknown) => typeof said === 'string'
const sample = (seed: number): Record<string, unknown> =>
  JSON.parse(JSON.stringify(sampleHistory(seed))) as Record<string, unknown>
const ONE = sample(1)

/** Node ends a stream with a frame of nothing. Where it is cut, all lines are there. */
const EMPTY_FRAME = 9

test('a history that is cut anywhere is refused in a sentence', async () => {
  const right = await packHistory(ONE)
  const lines = zstdDecompressSync(right)
  await fc.assert(
    fc.asyncProperty(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), async share => {
      assert.ok(isRefused(await judgedBytes(right.subarray(0, Math.floor(share * (right.length - EMPTY_FRAME))))))
      const cut = lines.subarray(0, Math.floor(share * (lines.length - 1)))
      assert.ok(isRefused(await judgedBytes(zstdCompressSync(cut))))
    }),
    { numRuns: 100, examples: [[0], [1 - Number.EPSILON]] },
  )
})

test('a history in which any bit is another, or any line is gone, is refused in a sentence, or judged the same', async () => {
  const right = await packHistory(ONE)
  const whole = await judged(ONE)
  assert.ok(!isRefused(whole))
  const lines = zstdDecompressSync(right).toString().split('\n').slice(0, -1)
  for (const nth of lines.keys())
    assert.ok(isRefused(await judgedBytes(zstdCompressSync(`${lines.toSpliced(nth, 1).join('\n')}\n`))), String(nth))
  await fc.assert(
    fc.asyncProperty(fc.nat(right.length * 8 - 1), async bit => {
      const damaged = Uint8Array.from(right)
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      const said = await judgedBytes(damaged)
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
/** What an order, an answer or a message need not have. */
const OPEN =
  /^\.(?:planned\.\d+\.(?:noteChars|fingerprint)|evidence\.(?:orders|decisions)\.\d+\.fingerprint|attempts\.\d+\.answer\.(?:code|orderId|says)|polls\.\d+\.(?:status|says|reason|isLast)|raw\.\d+\.(?:orderId|body)|evidence\.deadLetters\.\d+\.orderId|usage)$/

const PLACES = placesOf(ONE).filter(({ path }) => !NAMED.test(path))

test('a history without any one of its fields, or with another type in it, is refused in a sentence', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(PLACES.length - 1),
      fc.constantFrom<unknown>(undefined, [], {}, true),
      async (nth, wrong) => {
        const { owner, key, path } = PLACES[nth] as Place
        const right = owner[key]
        if (wrong === undefined ? OPEN.test(path) : kindOf(wrong) === kindOf(right)) return
        owner[key] = wrong
        const said = await judged(ONE)
        owner[key] = right
        assert.ok(isRefused(said), path)
      },
    ),
    { numRuns: 150 },
  )
})

const kindOf = (value: unknown): string => (Array.isArray(value) ? 'array' : typeof value)

test('what is no history, or one of another version, is refused with what it is and what to do', async () => {
  const refusals: [unknown, RegExp][] = [
    [null, /\(history must be object\)/],
    [[], /\(history must be object\)/],
    [sampleResult, /was made by an older version of the lab; run its experiments again\.$/],
    [{ ...ONE, format: HISTORY_FORMAT + 1 }, /was made by a newer version of the lab/],
    [{ ...ONE, format: undefined }, /was made by an older version of the lab/],
    [{ format: HISTORY_FORMAT, results: [] }, /\(history must have required property 'planned'\)/],
  ]
  for (const [history, sentence] of refusals) assert.match(String(await judged(history)), sentence)
  const ofOthers: [string | Uint8Array, RegExp][] = [
    ['', /^\S+ is not a readable history \(it is cut or damaged\); run its experiment again, or delete it/],
    ['null\n', /\(it is no file of a history\)/],
    [`${JSON.stringify(ONE)}\n`, /\(it is no file of a history\)/],
    ['some text\n', /\(it is no file of a history\)/],
    [new Uint8Array([0x7b, 0xff, 0x0a]), /\(it is no file of a history\)/],
  ]
  for (const [content, sentence] of ofOthers)
    assert.match(String(await judgedBytes(zstdCompressSync(content))), sentence)
  assert.match(String(await judgedBytes(new Uint8Array())), /^\S+ is not a readable history \(/)
  assert.match(String(await judgedBytes(Buffer.from(JSON.stringify(ONE)))), /^\S+ is not a readable history \(/)
})

test('unknown fields are accepted anywhere', async () => {
  const history = structuredClone(ONE)
  for (const { owner, path } of placesOf(history)) if (!NAMED.test(path)) owner.another = { of: ['a', 'later version'] }
  assert.deepEqual(await judged(history), await judged(ONE))
})
