import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LabError } from '#common/contracts/errors.ts'
import { createLog } from '#common/service/log.ts'
import type { LogRecord, NewRecord } from '../broker/record.ts'
import { writeDeadLetter } from '../messaging/dead-letters.ts'
import { listDeadLetters, redrivenMark, withoutReason } from './dead-letters.ts'
import { topicNames } from '../messaging/topics.ts'

const record = (offset: bigint, value: string | null): LogRecord => ({
  topic: 'orders',
  partition: 2,
  offset,
  key: 'main',
  value: value === null ? null : Buffer.from(value),
  headers: { 'correlation-id': 'c', mine: 'kept' },
})

async function written(of: LogRecord): Promise<LogRecord> {
  const sent: NewRecord[] = []
  const producer = { send: async (one: NewRecord) => void sent.push(one), close: async () => {} }
  const kafka = { producer, topics: topicNames(''), log: createLog('test', 'silent') }
  await writeDeadLetter(kafka, of, new LabError('malformed', 'it is not an order'), 1)
  const [one] = sent
  assert.ok(one)
  return asRead(one)
}

const asRead = ({ topic, key, value, headers = {} }: NewRecord): LogRecord => ({
  topic,
  key,
  headers,
  value: value && Buffer.from(value),
  partition: 0,
  offset: 0n,
})

test('a dead letter has its source, its reason, and the bytes and headers of its record', async () => {
  const held = await written(record(7n, '{"data":{"orderId":"o-1"}}'))
  const [letter] = listDeadLetters([held])
  assert.ok(letter)
  const { id, source, reason, detail, attempts, orderId, body } = letter
  assert.deepEqual(
    { id, source, reason, detail, attempts, orderId, body },
    {
      id: 'orders/2/7',
      source: 'orders',
      reason: 'malformed',
      detail: 'it is not an order',
      attempts: 1,
      orderId: 'o-1',
      body: '{"data":{"orderId":"o-1"}}',
    },
  )
  assert.deepEqual(withoutReason(held.headers), { 'correlation-id': 'c', mine: 'kept' })
})

test('a dead letter that a crash wrote twice is listed once, and a redriven one is not listed', async () => {
  const [first, again, other] = [
    await written(record(7n, 'x')),
    await written(record(7n, 'x')),
    await written(record(8n, null)),
  ]
  assert.deepEqual(
    listDeadLetters([first, again, other]).map(({ id }) => id),
    ['orders/2/7', 'orders/2/8'],
  )
  const mark = asRead(redrivenMark('dead-letters', 'orders/2/7'))
  assert.deepEqual(
    listDeadLetters([first, again, mark, other]).map(({ id }) => id),
    ['orders/2/8'],
  )
})

test('a dead letter of a record at the size limit keeps the beginning of the record and its original length', async () => {
  const bytes = 1_000_000
  const { value, headers } = await written(record(1n, 'x'.repeat(bytes)))
  assert.ok(value && value.byteLength < bytes && value.byteLength > 0)
  assert.equal(headers['cut-from-bytes'], String(bytes))
  assert.equal(withoutReason(headers)['cut-from-bytes'], undefined)
})
