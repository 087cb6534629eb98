// Counts a record: orders by the minute of event time, outcomes by their status, each order once.
// Poison is counted as read and changes nothing else: the consumer that works on the topic dead-letters it.
import { countEvent } from '#common/workflow/compute-metrics.ts'
import type { LogRecord } from '../broker/record.ts'
import { orUndefined, readInventoryEvent, readOrderPlaced } from '../messaging/read-event.ts'
import type { TopicNames } from '../messaging/topics.ts'
import type { AnalyticsTables } from './tables.ts'

export const countInto =
  (topics: TopicNames) =>
  (tx: AnalyticsTables, record: LogRecord): void => {
    const event = eventOf(topics, record)
    tx.countRead(record.topic, record.partition, event === undefined)
    if (event) countEvent(tx, event)
  }

export const eventOf = (topics: TopicNames, record: LogRecord) =>
  record.topic === topics.orders ? orUndefined(readOrderPlaced, record) : orUndefined(readInventoryEvent, record)
