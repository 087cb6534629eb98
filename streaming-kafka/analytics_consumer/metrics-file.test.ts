import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { metricsFile, type MetricsState } from './metrics-file.ts'

const stateOf = (next: number): MetricsState => ({
  document: `${next} orders`,
  partitions: [{ topic: 'orders', partition: 0, next, records: next, poison: 0 }],
})

test('the progress is that of the file, also while the store has counted more', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-metrics-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'metrics.json')
  let next = 0
  const file = metricsFile(path, async () => stateOf(next), assert.ifError)
  assert.deepEqual(file.progress(), { partitions: [], metricsFile: null })

  file.write()
  await file.written()
  next = 3
  const text = readFileSync(path, 'utf8')
  assert.equal(text, '0 orders')
  const sha256 = createHash('sha256').update(text).digest('hex')
  assert.deepEqual(file.progress(), { partitions: stateOf(0).partitions, metricsFile: { bytes: 8, sha256 } })

  file.write()
  await file.written()
  assert.equal(readFileSync(path, 'utf8'), '3 orders')
  assert.deepEqual(file.progress().partitions, stateOf(3).partitions)
})

test('a file that cannot be written leaves the progress of the last one, and says why', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-metrics-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  let problem: string | null = null
  const file = metricsFile(
    join(folder, 'metrics.json'),
    async () => stateOf(1),
    said => void (problem = said),
  )
  file.write()
  await file.written()
  const before = file.progress()
  rmSync(folder, { recursive: true })
  file.write()
  await file.written()
  assert.match(problem ?? '', /metrics\.json cannot be written: ENOENT/)
  assert.deepEqual(file.progress(), before)
})

test('however often it is asked for, the file is written ten times a second at most', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-metrics-'))
  t.after(() => rmSync(folder, { recursive: true }))
  let states = 0
  const file = metricsFile(join(folder, 'metrics.json'), async () => stateOf(++states), assert.ifError)
  const beganMs = performance.now()
  for (let nth = 0; nth < 4; nth++) {
    for (let call = 0; call < 10; call++) file.write()
    await file.written()
  }
  assert.ok(performance.now() - beganMs >= 299, 'three pauses between four writes')
  assert.equal(states, 4)
  assert.deepEqual(file.progress().partitions, stateOf(4).partitions)
})
