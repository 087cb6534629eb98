import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LabError } from '#common/contracts/errors.ts'
import { createHealth } from '#common/service/health.ts'
import { createLog } from '#common/service/log.ts'
import { headerText, type LogRecord, type NewRecord, toHeaders } from '../broker/record.ts'
import { writeDeadLetter } from '../messaging/dead-letters.ts'
import { listDeadLetters, redrivenMark, redrivenRecord, withoutReason } from './dead-letters.ts'
import { topicNames } from '../messaging/topics.ts'

const record = (offset: bigint, value: string | null): LogRecord => ({
  topic: 'orders',
  partition: 2,
  offset,
  epoch: 0,
  key: Buffer.from('main'),
  value: value === null ? null : Buffer.from(value),
  headers: toHeaders({ 'correlation-id': 'c', mine: 'kept' }),
})

/** `limit`: the most bytes that the broker takes of a value and its headers. */
async function written(of: LogRecord, limit = Infinity): Promise<LogRecord> {
  const sent: NewRecord[] = []
  const send = async (one: NewRecord) => {
    if (bytesOf(one) > limit) throw new LabError('too-large', 'the broker takes no record of this size')
    sent.push(one)
  }
  const parts = { health: createHealth(), log: createLog('test', 'silent'), closing: new AbortController().signal }
  const kafka = { ...parts, producer: { send, close: async () => {} }, topics: topicNames('') }
  await writeDeadLetter(kafka, of, new LabError('malformed', 'it is not an order'), 1)
  const [one] = sent
  assert.ok(one)
  return asRead(one)
}

const bytesOf = ({ key, value, headers = [] }: NewRecord): number =>
  Buffer.concat(headers.flat()).byteLength + (key?.length ?? 0) + (value?.byteLength ?? 0)

function listed(held: LogRecord) {
  const [letter] = listDeadLetters([held])
  assert.ok(letter)
  return letter
}

const asRead = ({ topic, key, value, headers = [] }: NewRecord): LogRecord => ({
  topic,
  key: key === null ? null : Buffer.from(key),
  headers,
  value: value && Buffer.from(value),
  partition: 0,
  offset: 0n,
  epoch: 0,
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
  assert.deepEqual(withoutReason(held.headers), toHeaders({ 'correlation-id': 'c', mine: 'kept' }))
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

test('how often a record was redriven stays with it, also where its own headers do not fit, and the rest of it is as it was', async () => {
  const own = toHeaders({ redrives: 'mine', 'correlation-id': 'c' })
  let dead = await written({ ...record(7n, 'x'.repeat(50_000)), headers: own })
  for (const redrives of [undefined, 1, 2]) {
    const letter = listed(dead)
    assert.deepEqual([letter.redrives, letter.record.key, letter.body.length], [redrives, Buffer.from('main'), 50_000])
    const again = redrivenRecord(letter, letter.record.value)
    assert.deepEqual(again.headers, toHeaders({ redrives: String((redrives ?? 0) + 1), 'correlation-id': 'c' }))
    dead = await written(asRead(again))
  }
  const full = asRead(redrivenRecord(listed(dead), Buffer.alloc(768 * 1_024)))
  assert.equal(listed(await written(full)).redrives, 4)
})

test('a dead letter of a record at the size limit keeps the beginning of the record and its original length', async () => {
  const bytes = 1_000_000
  const { value, headers } = await written(record(1n, 'x'.repeat(bytes)))
  assert.ok(value && value.byteLength < bytes && value.byteLength > 0)
  assert.equal(headerText(headers, 'cut-from-bytes'), String(bytes))
  assert.equal(headerText(withoutReason(headers), 'cut-from-bytes'), undefined)
})

test('a dead letter keeps any bytes of key and headers as they were, and says what is left out because it does not fit', async () => {
  const bytes = Buffer.alloc(400_000, 0xff)
  const name = Buffer.from([0xfe])
  const whole = await written({
    ...record(1n, 'x'),
    key: name,
    headers: [
      [name, bytes],
      [name, bytes],
    ],
  })
  assert.deepEqual([whole.key, withoutReason(whole.headers)], [name, [[name, bytes]]])
  assert.match(headerText(whole.headers, 'detail') ?? '', /not an order; 1 of its headers are left out/)
  const cut = await written({ ...record(1n, 'x'.repeat(100_000)), key: bytes, headers: [[name, bytes]] }, 2_000)
  assert.deepEqual([cut.key?.byteLength, cut.value?.byteLength, withoutReason(cut.headers)], [1_024, 0, []])
  assert.match(
    headerText(cut.headers, 'detail') ?? '',
    /only 0 of the 100000 bytes of its value are kept; only 1024 of/,
  )
})

test('a poison record with headers like those of a dead letter or its mark is listed, and takes no other off the list', async () => {
  const own = toHeaders({ redriven: 'orders/2/7', 'source-topic': 'mine', reason: 'mine' })
  const held = [await written(record(7n, 'x')), await written({ ...record(8n, 'x'), headers: own })]
  assert.deepEqual(
    listDeadLetters(held).map(({ id, reason }) => [id, reason]),
    [
      ['orders/2/7', 'malformed'],
      ['orders/2/8', 'malformed'],
    ],
  )
  assert.deepEqual(withoutReason(held[1]?.headers ?? []), own)
})
