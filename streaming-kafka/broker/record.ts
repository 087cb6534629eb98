// A record of the log, as the services use it.

/** A record to write. The key decides the partition, in the same way as in the Java client. */
export type NewRecord = {
  topic: string
  key: string | null
  value: Uint8Array | null
  headers?: Record<string, string>
}

/** A record that was read. */
export type LogRecord = {
  topic: string
  partition: number
  offset: bigint
  key: string | null
  value: Buffer | null
  headers: Record<string, string>
}

/** The next offset to read of each partition, by topic. */
export type Positions = Map<string, bigint[]>

/** Every partition was read up to its end in `ends`. */
export const hasReached = (positions: Positions, ends: Positions): boolean =>
  [...ends].every(([topic, offsets]) => offsets.every((end, p) => (positions.get(topic)?.[p] ?? 0n) >= end))

/** The record is before the end of its partition in `ends`. */
export const isBefore = (ends: Positions, { topic, partition, offset }: LogRecord): boolean =>
  offset < (ends.get(topic)?.[partition] ?? 0n)

export const CORRELATION_HEADER = 'correlation-id'

/** A record with a JSON value, and the correlation id of its order in a header. */
export const jsonRecord = (topic: string, key: string, value: object, correlationId: string): NewRecord => ({
  topic,
  key,
  value: Buffer.from(JSON.stringify(value)),
  headers: { [CORRELATION_HEADER]: correlationId },
})
