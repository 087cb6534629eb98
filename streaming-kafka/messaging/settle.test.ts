import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LabError } from '#common/contracts/errors.ts'
import { createHealth } from '#common/service/health.ts'
import { createLog } from '#common/service/log.ts'
import { headerText, type LogRecord, type NewRecord } from '../broker/record.ts'
import { untilSettled } from './settle.ts'
import { topicNames } from './topics.ts'

const record: LogRecord = { topic: 'orders', partition: 0, offset: 1n, epoch: 0, key: null, value: null, headers: [] }

function fakeConnection() {
  const sent: NewRecord[] = []
  const health = createHealth()
  const producer = { send: async (one: NewRecord) => void sent.push(one), close: async () => {} }
  const closing = new AbortController()
  const kafka = { producer, topics: topicNames(''), log: createLog('test', 'silent'), health, closing: closing.signal }
  return { sent, health, closing, kafka }
}

test('a store that fails costs no attempt and turns health red, and the work is done when the store works again', async () => {
  const { sent, health, kafka } = fakeConnection()
  const seen: boolean[] = []
  let failures = 3
  await untilSettled(kafka, async () => {
    seen.push(health.view().healthy)
    if (failures-- > 0) throw new LabError('store-failed', 'the disk is full')
  })(record)
  assert.deepEqual(seen, [true, false, false, false])
  assert.equal(health.view().healthy, true)
  assert.deepEqual(sent, [])
})

test('a record whose work fails five times is dead-lettered', async () => {
  const { sent, kafka } = fakeConnection()
  let attempts = 0
  await untilSettled(kafka, async () => {
    attempts++
    throw new Error('again')
  })(record)
  assert.equal(attempts, 5)
  assert.deepEqual(
    sent.map(({ topic, headers = [] }) => [topic, headerText(headers, 'reason'), headerText(headers, 'attempts')]),
    [['dead-letters', 'retries-exhausted', '5']],
  )
})

test('a record whose work fails while the service closes is not settled', async () => {
  const { sent, closing, kafka } = fakeConnection()
  const work = untilSettled(kafka, async () => {
    closing.abort(new Error('closing'))
    throw new LabError('malformed', 'bad')
  })
  await assert.rejects(work(record), /closing/)
  assert.deepEqual(sent, [])
})

test('a dead-lettered record is settled when its dead letter is acknowledged, and not before', async () => {
  for (const error of [new LabError('malformed', 'bad'), new Error('again')]) {
    const { kafka } = fakeConnection()
    const acknowledged = Promise.withResolvers<void>()
    const handed = Promise.withResolvers<void>()
    const send = () => {
      handed.resolve()
      return acknowledged.promise
    }
    let done = false
    const producer = { send, close: async () => {} }
    const settled = untilSettled({ ...kafka, producer }, () => Promise.reject(error))(record).then(() => (done = true))
    await handed.promise
    await new Promise(resolve => setImmediate(resolve))
    assert.equal(done, false)
    acknowledged.resolve()
    await settled
  }
})
