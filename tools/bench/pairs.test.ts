import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FigureResult } from './bench-file.ts'
import { compare, measureRow } from './pairs.ts'
import type { Goal, OpenContext, Row, RowContext, Sides } from './row.ts'

const figureOf = (lab: number[], reference: number[], goal: Goal = { atLeast: 0.5 }): FigureResult => ({
  name: 'orders completed',
  unit: '/s',
  goal,
  lab,
  reference,
})

function contextOf(controller = new AbortController()): RowContext {
  return { dataFolder: '', quick: true, signal: controller.signal, progress() {} }
}

const rowOf = (open: (context: OpenContext) => Promise<Sides>): Row => ({
  name: 'sample',
  figures: [{ name: 'rate', unit: '/s', goal: { atLeast: 0.5 } }],
  driven: '',
  reference: '',
  boundBy: '',
  open,
})

test('the ratio is the median of those of the pairs, and not that of the medians', () => {
  const { lab, reference, ratio } = compare(figureOf([10, 40, 90], [100, 50, 100]))
  assert.deepEqual(lab, { median: 40, least: 10, most: 90 })
  assert.deepEqual(reference, { median: 100, least: 50, most: 100 })
  assert.deepEqual(ratio, { median: 0.8, least: 0.1, most: 0.9 })
})

test('the median of an even number of rounds is the mean of the two in the middle', () => {
  assert.equal(compare(figureOf([4, 1, 2, 3], [1, 1, 1, 1])).ratio.median, 2.5)
})

test('two sides whose spreads touch are indistinguishable, and those with a gap between them are not', () => {
  assert.equal(compare(figureOf([90, 100], [100, 110])).indistinguishable, true)
  assert.equal(compare(figureOf([100, 110], [90, 100])).indistinguishable, true)
  assert.equal(compare(figureOf([90, 99], [100, 110])).indistinguishable, false)
  assert.equal(compare(figureOf([111, 120], [100, 110])).indistinguishable, false)
})

test('a goal is met or missed by all pairs, and open where it lies between them', () => {
  const goalOf = (lab: number[], goal: Goal) => compare(figureOf(lab, [100, 100], goal)).goal
  assert.equal(goalOf([60, 50], { atLeast: 0.5 }), 'met')
  assert.equal(goalOf([60, 40], { atLeast: 0.5 }), 'open')
  assert.equal(goalOf([49, 40], { atLeast: 0.5 }), 'missed')
  assert.equal(goalOf([200, 150], { atMost: 2 }), 'met')
  assert.equal(goalOf([201, 150], { atMost: 2 }), 'open')
  assert.equal(goalOf([201, 250], { atMost: 2 }), 'missed')
  assert.equal(goalOf([30, 40], { labAtMost: 40 }), 'met')
  assert.equal(goalOf([30, 40], { labAtMost: 35 }), 'open')
})

test('lab and reference alternate, after a round that is not counted, and then what was started ends, the last first', async () => {
  const calls: string[] = []
  const side = (name: string, base: number) => async (round: string) => {
    calls.push(`${name} ${round}`)
    return { rate: base + Number(round) }
  }
  const row = rowOf(async ({ ends }) => {
    ends.defer(() => void calls.push('broker ends'))
    ends.defer(() => void calls.push('services end'))
    return { lab: side('lab', 10), reference: side('reference', 20) }
  })
  const { figures, notMeasured } = await measureRow(row, contextOf())
  assert.equal(notMeasured, undefined)
  const rounds = ['lab 0', 'reference 0', 'lab 1', 'reference 1', 'lab 2', 'reference 2']
  assert.deepEqual(calls, [...rounds, 'services end', 'broker ends'])
  assert.deepEqual(figures[0]?.lab, [11, 12])
  assert.deepEqual(figures[0]?.reference, [21, 22])
})

test('the cores of the lab are kept for each round that is counted, and left out where a round could not read them', async () => {
  const lab = async (round: string) => ({ rate: 1, thread: Number(round), ...(round === '2' && { broker: 0.5 }) })
  const row = { ...rowOf(async () => ({ lab, reference: async () => ({ rate: 1 }) })), cores: ['thread', 'broker'] }
  assert.deepEqual((await measureRow(row, contextOf())).cores, { thread: [1, 2], broker: [0.5] })
})

test('a row that a missing tool prevents ends what it has started, and holds the one sentence that says so', async () => {
  let hasEnded = false
  const row = rowOf(async ({ ends }) => {
    ends.defer(() => void (hasEnded = true))
    throw new Error('Java is missing: install it.')
  })
  const { row: name, notMeasured, figures } = await measureRow(row, contextOf())
  assert.deepEqual(
    { name, notMeasured, figures },
    { name: 'sample', notMeasured: 'Java is missing: install it.', figures: [] },
  )
  assert.equal(hasEnded, true)
})

test('a round that breaks ends both sides, and its row is not measured', async () => {
  let hasEnded = false
  const broken = async () => {
    throw new Error('The reference gave no rate.')
  }
  const lab = async () => ({ rate: 1 })
  const row = rowOf(async ({ ends }) => {
    ends.defer(() => void (hasEnded = true))
    return { lab, reference: broken }
  })
  assert.equal((await measureRow(row, contextOf())).notMeasured, 'The reference gave no rate.')
  assert.equal(hasEnded, true)
})

test('an interruption ends both sides and is no result of the row', async () => {
  const controller = new AbortController()
  let hasEnded = false
  const lab = async () => {
    controller.abort()
    return { rate: 1 }
  }
  const row = rowOf(async ({ ends }) => {
    ends.defer(() => void (hasEnded = true))
    return { lab, reference: lab }
  })
  await assert.rejects(measureRow(row, contextOf(controller)), { name: 'AbortError' })
  assert.equal(hasEnded, true)
})
