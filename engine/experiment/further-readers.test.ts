import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { monotonicNs } from '#common/contracts/clock.ts'
import type { SamplePlace } from '../testing/further-readers-main.ts'
import { furtherReaders } from './further-readers.ts'
import { digestOf } from './new-reader.ts'

const PROGRAM = new URL('../testing/further-readers-main.ts', import.meta.url)

function readersAt(t: TestContext, place: SamplePlace) {
  const readers = furtherReaders(PROGRAM, () => place)
  t.after(readers.close)
  const { 'join-readers': join, 'await-readers': wait } = readers.operations
  const read = async (count: number, expected: number) => {
    await join({ count })
    return wait({ expected, silenceMs: 100 })
  }
  return { join, wait, read }
}

test('each further reader says what it has read, an order that comes twice once, and when the last one had an order', async t => {
  const both = [
    ['a', 'reserved'],
    ['b', 'failed'],
  ] as const
  const { read } = readersAt(t, { reads: [[...both, ['a', 'reserved']], [...both].reverse()] })
  const beganNs = monotonicNs()
  const { joinedNs, readers, lastNs } = await read(2, 2)
  assert.deepEqual(readers, Array(2).fill({ orders: 2, digest: digestOf(both) }))
  assert.deepEqual(lastNs.map(([orderId]) => orderId).sort(), ['a', 'b'])
  for (const ns of [joinedNs, ...lastNs.map(([, atNs]) => atNs)]) assert.ok(ns > beganNs && ns < monotonicNs())
})

test('an order that comes with two outcomes has neither', async t => {
  const { read } = readersAt(t, {
    reads: [
      [
        ['a', 'reserved'],
        ['a', 'failed'],
      ],
    ],
  })
  const [{ orders, digest } = assert.fail()] = (await read(1, 1)).readers
  assert.equal(orders, 1)
  for (const status of ['reserved', 'failed']) assert.notEqual(digest, digestOf([['a', status]]))
})

test('a reader to which nothing more comes is not waited for, and says what is in its way only where it has not all', async t => {
  const { read } = readersAt(t, { reads: [[['a', 'reserved']], []], problem: 'the broker is away' })
  const { readers, lastNs } = await read(2, 1)
  assert.deepEqual(readers, [
    { orders: 1, digest: digestOf([['a', 'reserved']]) },
    { orders: 0, digest: digestOf([]), problem: 'the broker is away' },
  ])
  assert.deepEqual(lastNs, [], 'the second one never had it')
})

test('where there is no further reader there is nothing to wait for', async t => {
  const { readers, lastNs } = await readersAt(t, { reads: [] }).read(0, 5)
  assert.deepEqual([readers, lastNs], [[], []])
})

test('readers that cannot join, or have not, are an error that says so', async t => {
  const { join, wait } = readersAt(t, { reads: [], refusal: 'there is no such queue' })
  await assert.rejects(wait({ expected: 1 }), /no readers have joined/)
  await assert.rejects(join({ count: 1 }), (error: Error) => {
    assert.match(`${error.message} ${String(error.cause)}`, /no such queue/)
    return true
  })
  await assert.rejects(join({ count: 11 }), /count/)
})
