// Batches as no client of Kafka writes them, and a way to write them as they are.
import {
  compressionsAlgorithms,
  Connection,
  crc32c,
  createRecordsBatch,
  type MessageRecord,
  produceV9,
  Writer,
} from '../../broker/client.ts'

const HEAD_BYTES = 61

/** The records of a batch in their bytes, not compressed. */
export const recordBytes = (messages: object[]): Buffer =>
  createRecordsBatch(messages.map(message => ({ topic: 'x', ...message })) as MessageRecord[], {}).buffer.subarray(
    HEAD_BYTES,
  )

export type RawBatch = { body: Buffer; codec?: number; count: number; lastOffset?: number }

/** A batch with any body, whose length and checksum are right. */
export function rawBatch({ body, codec = 0, count, lastOffset = count - 1 }: RawBatch): Buffer {
  const head = createRecordsBatch([{ topic: 'x', value: null }] as unknown as MessageRecord[], {}).buffer.subarray(
    0,
    HEAD_BYTES,
  )
  const batch = Buffer.concat([head, body])
  batch.writeInt16BE(codec, 21)
  batch.writeInt32BE(lastOffset, 23)
  batch.writeInt32BE(count, 57)
  return sealed(batch)
}

/** Makes the length and the checksum of a batch right. */
export function sealed(batch: Buffer): Buffer {
  batch.writeInt32BE(batch.length - 12, 8)
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17)
  return batch
}

/** Snappy as the Java client writes it, in one chunk. */
export function xerial(bytes: Buffer): Buffer {
  const chunk = compressionsAlgorithms.snappy.compressSync(bytes)
  const head = Buffer.from('82534e41505059000000000100000001'.padEnd(40, '0'), 'hex')
  head.writeUInt32BE(chunk.length, 16)
  return Buffer.concat([head, chunk])
}

/** What the broker takes and no reader can: two records of one offset. */
export function brokenBatch(): Buffer {
  const records = [{ value: Buffer.from('first') }, { value: Buffer.from('second') }]
  const body = Buffer.from(recordBytes(records))
  const second = recordBytes(records.slice(0, 1)).length
  body.writeInt8(0, second + 3)
  return rawBatch({ body, count: records.length })
}

/** Writes a batch as it is to partition 0 of a topic, and resolves with its first offset. @throws Error when the broker refuses it */
export async function writeRaw(broker: string, topic: string, batch: Buffer): Promise<bigint> {
  const [host = '', port] = broker.split(':')
  const connection = new Connection('test')
  await connection.connect(host, Number(port))
  try {
    return await new Promise((resolve, reject) => {
      const request = () =>
        Writer.create()
          .appendString(null)
          .appendInt16(-1)
          .appendInt32(10_000)
          .appendArray([topic], (writer, name) => {
            writer.appendString(name).appendArray([batch], (one, bytes) => void one.appendInt32(0).appendBytes(bytes))
          })
          .appendTaggedFields()
      connection.send(0, 9, request, produceV9.parseResponse, true, true, (error, answer) => {
        if (error) reject(error)
        else resolve(answer?.responses[0]?.partitionResponses[0]?.baseOffset ?? -1n)
      })
    })
  } finally {
    await connection.close()
  }
}
