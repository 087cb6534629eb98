// What the lab asks of the streaming model's broker: lags, dead letters, its operations, and that nothing is left there.
import { LabError } from '#common/contracts/errors.ts'
import { readEdited } from '#common/messaging/edited-event.ts'
import type { BrokerInspector } from '#engine/experiment/model.ts'
import { createAdmin } from '../broker/admin.ts'
import { readAll } from '../broker/log-reader.ts'
import { createProducer } from '../broker/producer.ts'
import { readInventoryEvent, readOrderPlaced } from '../broker/record.ts'
import { prefixed, TOPICS, topicSpecs } from '../messaging/topics.ts'
import { type DeadLetterRecord, listDeadLetters, redrivenMark, withoutReason } from './dead-letters.ts'
import { createOperations, type KafkaOperations, lags } from './operations.ts'

const CLIENT = 'lab'

export async function connect(brokers: string, prefix: string): Promise<BrokerInspector<KafkaOperations>> {
  const name = prefix + CLIENT
  const admin = createAdmin(brokers, name)
  const producer = createProducer({ brokers, clientId: name })
  const closing = new AbortController()
  const deadLetters = prefixed(prefix, TOPICS.deadLetters)
  let cached = { end: 0n, letters: [] as DeadLetterRecord[] }
  /** Reads the topic only when it has grown: conditions of a timeline probe it several times a second. */
  const deadLetterRecords = async (): Promise<DeadLetterRecord[]> => {
    const end = (await admin.ends([deadLetters])).get(deadLetters.name)?.[0] ?? 0n
    if (end !== cached.end)
      cached = { end, letters: listDeadLetters(await readAll({ admin, brokers, name }, [deadLetters])) }
    return cached.letters
  }
  return {
    depths: () => lags(admin, prefix),
    deadLetters: async () => (await deadLetterRecords()).map(({ record: _record, ...letter }) => letter),
    async redrive(id, editedBody) {
      const letter = (await deadLetterRecords()).find(candidate => candidate.id === id)
      if (!letter)
        throw new LabError('not-found', `there is no dead letter "${id}"; list the dead letters to see their ids`)
      const { key, value, headers } = letter.record
      if (letter.isWithoutContent) {
        const code = letter.reason === 'too-large' ? 'too-large' : 'malformed'
        throw new LabError(code, `nothing of "${id}" could be read, and there is nothing to send again`)
      }
      const body = editedBody === undefined ? value : Buffer.from(editedBody)
      if (editedBody !== undefined) {
        const read = letter.source === prefix + TOPICS.orders.name ? readOrderPlaced : readInventoryEvent
        const { reason, record } = letter
        const edited = Buffer.from(editedBody)
        readEdited(bytes => read({ ...record, value: bytes }), { reason, original: value, edited })
      }
      await producer.send({ topic: letter.source, key, value: body, headers: withoutReason(headers) })
      await producer.send(redrivenMark(deadLetters.name, id))
    },
    operations: createOperations({ admin, producer, brokers, name, prefix, closing: closing.signal }),
    async close() {
      closing.abort()
      await producer.close()
      await admin.close()
    },
  }
}

/** Removes the groups and topics whose prefix begins with this one. The services have ended before. */
export async function remove(brokers: string, prefix: string, groupNames: string[]): Promise<void> {
  const admin = createAdmin(brokers, prefix + CLIENT)
  const isOneOf = (names: string[]) => (found: string) =>
    prefix === '' ? names.includes(found) : found.startsWith(prefix) && names.some(n => found.endsWith(n))
  try {
    await admin.deleteGroups((await admin.groups()).filter(isOneOf(groupNames)))
    const names = topicSpecs('').map(({ name }) => name)
    await admin.deleteTopics((await admin.topics()).filter(isOneOf(names)))
  } finally {
    await admin.close()
  }
}
