// A record of the log as the services see it.

/** A record that is to be written. The key decides the partition as the Java client would. */
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

/** Every partition was read to where it ended. */
export const hasReached = (positions: Positions, ends: Positions): boolean =>
  [...ends].every(([topic, offsets]) => offsets.every((end, p) => (positions.get(topic)?.[p] ?? 0n) >= end))

/** It stands before where its topic ended. */
export const isBefore = (ends: Positions, { topic, partition, offset }: LogRecord): boolean =>
  offset < (ends.get(topic)?.[partition] ?? 0n)

export const CORRELATION_HEADER = 'correlation-id'

/** A record that carries JSON, with the correlation id that follows its order. */
export const jsonRecord = (topic: string, key: string, value: object, correlationId: string): NewRecord => ({
  topic,
  key,
  value: Buffer.from(JSON.stringify(value)),
  headers: { [CORRELATION_HEADER]: correlationId },
})
