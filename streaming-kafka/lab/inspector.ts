// What the lab asks of the streaming model's broker: lags, dead letters, its operations, and that nothing is left there.
import { LabError } from '#common/contracts/errors.ts'
import { readEdited } from '#common/messaging/edited-event.ts'
import { deadLettersOf } from '#engine/experiment/dead-letters.ts'
import { type FurtherReaderOperations, furtherReaders, MOST_READERS } from '#engine/experiment/further-readers.ts'
import type { BrokerInspector } from '#engine/experiment/model.ts'
import { createAdmin } from '../broker/admin.ts'
import { readAll } from '../broker/log-reader.ts'
import { createProducer } from '../broker/producer.ts'
import { readInventoryEvent, readOrderPlaced } from '../broker/record.ts'
import { prefixed, TOPICS, topicSpecs } from '../messaging/topics.ts'
import { type DeadLetterRecord, listDeadLetters, redrivenMark, redrivenRecord } from './dead-letters.ts'
import { createOperations, type KafkaOperations, lags, readerGroup } from './operations.ts'

const CLIENT = 'lab'

export type Inspector = BrokerInspector<KafkaOperations & FurtherReaderOperations>

export async function connect(brokers: string, prefix: string): Promise<Inspector> {
  const name = prefix + CLIENT
  const admin = createAdmin(brokers, name)
  const producer = createProducer({ brokers, clientId: name })
  const closing = new AbortController()
  const program = new URL('./further-readers-main.ts', import.meta.url)
  const readers = furtherReaders(program, () => ({ brokers, prefix }))
  const deadLetters = prefixed(prefix, TOPICS.deadLetters)
  let cached = { end: 0n, letters: [] as DeadLetterRecord[] }
  /** Reads the topic only when it has grown: conditions of a timeline probe it several times a second. */
  const deadLetterRecords = async (): Promise<DeadLetterRecord[]> => {
    const end = (await admin.ends([deadLetters])).get(deadLetters.name)?.[0] ?? 0n
    if (end !== cached.end)
      cached = { end, letters: listDeadLetters(await readAll({ admin, brokers, name }, [deadLetters])) }
    return cached.letters
  }
  const redrive = async (letter: DeadLetterRecord, editedBody?: string): Promise<void> => {
    const { id, source, reason, record } = letter
    if (letter.isWithoutContent) {
      const code = reason === 'too-large' ? 'too-large' : 'malformed'
      throw new LabError(code, `nothing of "${id}" could be read, and there is nothing to send again`)
    }
    const edited = editedBody === undefined ? undefined : Buffer.from(editedBody)
    if (edited) {
      const read = source === prefix + TOPICS.orders.name ? readOrderPlaced : readInventoryEvent
      readEdited(bytes => read({ ...record, value: bytes }), { reason, original: record.value, edited })
    }
    await producer.send(redrivenRecord(letter, edited ?? record.value))
    await producer.send(redrivenMark(deadLetters.name, id))
  }
  return {
    depths: () => lags(admin, prefix),
    ...deadLettersOf(async visit => {
      for (const letter of await deadLetterRecords()) {
        const { record: _record, ...shown } = letter
        if ((await visit(shown, editedBody => redrive(letter, editedBody))) === 'end') return
      }
    }),
    operations: {
      ...createOperations({ admin, producer, brokers, name, prefix, closing: closing.signal }),
      ...readers.operations,
    },
    async close() {
      closing.abort()
      await readers.close()
      await producer.close()
      await admin.close()
    },
  }
}

/** Removes the groups and topics whose prefix begins with this one. The services have ended before. */
export async function remove(brokers: string, prefix: string, services: string[]): Promise<void> {
  const ofReaders = Array.from({ length: MOST_READERS }, (_, index) => readerGroup(index + 1))
  const admin = createAdmin(brokers, prefix + CLIENT)
  const isOneOf = (names: string[]) => (found: string) =>
    prefix === '' ? names.includes(found) : found.startsWith(prefix) && names.some(n => found.endsWith(n))
  try {
    await admin.deleteGroups((await admin.groups()).filter(isOneOf([...services, ...ofReaders])))
    const names = topicSpecs('').map(({ name }) => name)
    await admin.deleteTopics((await admin.topics()).filter(isOneOf(names)))
  } finally {
    await admin.close()
  }
}
