// The operations of the lab on this model, in addition to its HTTP routes. Arguments and results are JSON.
import { randomUUID } from 'node:crypto'
import { LabError } from '#common/contracts/errors.ts'
import { orderPlaced, outcomeOf } from '#common/contracts/events.ts'
import { Order } from '#common/contracts/order.ts'
import { closedObject, parse } from '#common/contracts/parse.ts'
import type { Operation } from '#engine/experiment/model.ts'
import { type NewReaderOperations, readOrdersBy, type Take } from '#engine/experiment/new-reader.ts'
import { wallTime } from '#common/contracts/clock.ts'
import { waitFor } from '#host/wait-for.ts'
import { Type } from '#common/contracts/type.ts'
import type { BrokerAdmin } from '../broker/admin.ts'
import { readAll, readPresent } from '../broker/log-reader.ts'
import { eventRecord, type LogRecord, readInventoryEvent, toHeaders } from '../broker/record.ts'
import { GROUPS, prefixed, TOPICS, topicNames, type TopicKey, type TopicSpec } from '../messaging/topics.ts'
import { duplicatorOperations, type DuplicatorOperations, type OperationParts } from './duplicator.ts'

const Text = Type.String()
const Raw = closedObject({
  topic: Text,
  key: Type.Optional(Text),
  body: Type.Optional(Text),
  base64: Type.Optional(Text),
  headers: Type.Optional(Type.Record(Text, Text)),
})
const Events = closedObject({
  orders: Type.Array(Order),
  occurredAt: Type.Optional(Text),
  correlationId: Type.Optional(Text),
})
const InTopic = closedObject({ topic: Text })
const InGroup = closedObject({ group: Text })
const InTopics = closedObject({ topics: Type.Array(Text) })

/** A killed member stays in its group until its session expires (6 s). */
const SESSION_EXPIRED_MS = 15_000

type ShownRecord = {
  partition: number
  offset: number
  key: string | null
  body: string | null
  headers: Record<string, string>
}

export type KafkaOperations = DuplicatorOperations &
  NewReaderOperations & {
    'publish-raw': Operation<void>
    'publish-event': Operation<void>
    'reset-offsets': Operation<void>
    'pin-offsets': Operation<Record<string, number[]>>
    'topic-records': Operation<ShownRecord[]>
  }

export function createOperations(parts: OperationParts): KafkaOperations {
  const { admin, producer, brokers, name, prefix } = parts
  const names = topicNames(prefix)
  const spec = (topic: string): TopicSpec => {
    const found = Object.values(TOPICS).find(candidate => candidate.name === topic)
    if (found) return prefixed(prefix, found)
    const known = Object.values(TOPICS).map(candidate => candidate.name)
    throw new LabError('malformed', `there is no topic "${topic}"; the topics are: ${known.join(', ')}`)
  }
  return {
    ...duplicatorOperations(parts),
    ...readOrdersBy(take => readResults(parts, take)),
    /** Writes any bytes as a record of a topic. */
    async 'publish-raw'(args) {
      const { topic, key = null, body, base64, headers = {} } = parse(Raw, args, 'args')
      const value = base64 === undefined ? Buffer.from(body ?? '') : Buffer.from(base64, 'base64')
      await producer.send({ topic: spec(topic).name, key, value, headers: toHeaders(headers) })
    },
    /** Writes an OrderPlaced of each order. For an order that is in the log it is a duplicate with the same id. */
    async 'publish-event'(args) {
      const { orders, occurredAt = wallTime(), correlationId = randomUUID() } = parse(Events, args, 'args')
      const events = orders.map(order => orderPlaced(order, { correlationId, occurredAt }))
      await Promise.all(events.map(event => producer.send(eventRecord(names.orders, event))))
    },
    /** Resets a group to the beginning of its topics. Waits until the session of a killed member has expired. */
    async 'reset-offsets'(args) {
      const { group } = parse(InGroup, args, 'args')
      const topics = GROUPS[group]
      const known = Object.keys(GROUPS).join(', ')
      if (!topics) throw new LabError('malformed', `there is no group "${group}"; the groups are: ${known}`)
      const ends = await admin.ends(topics.map(key => prefixed(prefix, TOPICS[key])))
      const starts = [...ends].map(([name, offsets]) => [name, offsets.map(() => 0n)] as const)
      let refusal: unknown
      const reset = () =>
        admin.setOffsets(prefix + group, new Map(starts)).then(
          () => true,
          error => ((refusal = error), false),
        )
      await waitFor(reset, {
        deadlineMs: SESSION_EXPIRED_MS,
        everyMs: 250,
        what: `the members of ${group} to leave`,
      }).catch(() => {
        throw new LabError('unavailable', `${group} is still running; stop it before its offsets are reset`, {
          cause: refusal,
        })
      })
    },
    /** The present end offsets of topics, by topic. */
    async 'pin-offsets'(args) {
      const { topics } = parse(InTopics, args, 'args')
      const ends = await admin.ends(topics.map(spec))
      return Object.fromEntries(topics.map(topic => [topic, (ends.get(prefix + topic) ?? []).map(Number)]))
    },
    /** All records of a topic, partition by partition. */
    async 'topic-records'(args) {
      const { topic } = parse(InTopic, args, 'args')
      const records = await readAll({ admin, brokers, name }, [spec(topic)])
      return records.map(({ partition, offset, key, value, headers }) => {
        const texts = Object.fromEntries(headers.map(([header, text]) => [String(header), String(text)]))
        const shown = { key: key && String(key), body: value && String(value), headers: texts }
        return { partition, offset: Number(offset), ...shown }
      })
    },
  }
}

/** The results of inventory, from the first record to the present end; by a client of its own, and in no group. */
async function readResults({ admin, brokers, name, prefix }: OperationParts, take: Take): Promise<void> {
  const source = { admin, brokers, name: `${name}-new-reader` }
  for await (const records of readPresent(source, [prefixed(prefix, TOPICS.inventoryEvents)]))
    takeResults(records, take)
}

/** @throws LabError when a record is no result of inventory */
export function takeResults(records: readonly LogRecord[], take: Take): void {
  for (const record of records) {
    const event = readInventoryEvent(record)
    take(event.data.orderId, outcomeOf(event).status)
  }
}

/** The group of a reader beside the services, without the prefix. @param nth from 1 */
export const readerGroup = (nth: number): string => `further-reader-${nth}`

/** Lag by `group/topic/partition`, without the prefix: the records that were written and are not committed yet. */
export async function lags(admin: BrokerAdmin, prefix: string): Promise<Record<string, number>> {
  const names = topicNames(prefix)
  const specOf = (key: TopicKey): TopicSpec => prefixed(prefix, TOPICS[key])
  const keys = [...new Set(Object.values(GROUPS).flat())]
  const committed = await Promise.all(
    Object.entries(GROUPS).map(async ([group, topics]) => {
      return { group, topics, offsets: await admin.committed(prefix + group, topics.map(specOf)) }
    }),
  )
  // After the commits, never beside them: what is written in between then counts as lag, and a lag of 0 means that all was read.
  const ends = await admin.ends(keys.map(specOf))
  return Object.fromEntries(
    committed.flatMap(({ group, topics, offsets }) =>
      topics.flatMap(key =>
        (ends.get(names[key]) ?? []).map((end, partition) => {
          const done = offsets.get(names[key])?.[partition] ?? 0n
          return [`${group}/${TOPICS[key].name}/${partition}`, Number(end - done)] as const
        }),
      ),
    ),
  )
}
