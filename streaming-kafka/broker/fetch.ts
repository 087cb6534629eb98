// Fetches from the log, and leaves the batches of records in their bytes. The client would decompress and parse all that
// a fetch brings before anybody sees it, and a few kilobytes can become gigabytes; batches.ts does it within bounds.
import {
  type API,
  type Callback,
  type Connection,
  Consumer,
  kGetApi,
  readKnownTaggedFields,
  type Reader,
  ResponseError,
} from './client.ts'

/** What a fetch brings of a partition. */
export type FetchedPartition = {
  partitionIndex: number
  errorCode: number
  /** The offset after the last record that all replicas have. */
  end: bigint
  abortedTransactions: { producerId: bigint; firstOffset: bigint }[]
  /** Where the log no longer has the epoch of the last record that was read: the end of what both have. */
  divergingEpoch: { epoch: number; endOffset: bigint } | undefined
  /** The client looks for another broker to read from only where there is one. */
  preferredReadReplica: -1
  /** Whole batches, and perhaps the beginning of another. */
  batches: Buffer
}
export type FetchedTopic = { topicId: string; partitions: FetchedPartition[] }

/** The first version that names topics by their ids: Kafka 3.1. From it to the last that the client knows answers are alike. */
const FIRST_VERSION = 13
const NONE = Buffer.alloc(0)

export class LogClient extends Consumer {
  async fetchBatches(options: Parameters<Consumer['fetch']>[0]): Promise<FetchedTopic[]> {
    const answer: unknown = await this.fetch(options)
    return (answer as ReturnType<typeof parseAnswer>).responses
  }

  /** Here the client asks how to make a request in a version that it and the broker know. */
  override [kGetApi]<Args extends unknown[], Answer>(name: string, callback: Callback<API<Args, Answer>>): void {
    super[kGetApi]<Args, Answer>(name, (error, api) => {
      if (error || !api || name !== 'Fetch') return callback(error, api)
      if (api.version < FIRST_VERSION) return callback(new Error('the broker is older than Kafka 3.1; it is not read'))
      const fetch = (connection: Connection, ...args: [...Args, Callback<Answer>]) =>
        api(withParser(connection), ...args)
      callback(null, Object.assign(fetch, api) as API<Args, Answer>)
    })
  }
}

/** A request needs no more of a connection than to send. */
function withParser(connection: Connection): Connection {
  const send = (...[key, version, create, _parse, ...rest]: Parameters<Connection['send']>) =>
    connection.send(key, version, create, parseAnswer, ...rest)
  return { send } as Connection
}

/** By https://kafka.apache.org/protocol#The_Messages_Fetch. @throws ResponseError when the broker reports an error */
function parseAnswer(_id: number, apiKey: number, apiVersion: number, reader: Reader) {
  reader.readInt32() // for how long the broker held it back
  const errorCode = reader.readInt16()
  const sessionId = reader.readInt32()
  const responses: FetchedTopic[] = reader.readArray(topic => ({
    topicId: topic.readUUID(),
    partitions: topic.readArray(parsePartition, true, false),
  }))
  const errors: Record<string, [number, null]> = errorCode === 0 ? {} : { '': [errorCode, null] }
  for (const [i, { partitions }] of responses.entries())
    for (const [j, partition] of partitions.entries())
      if (partition.errorCode !== 0) errors[`/responses/${i}/partitions/${j}`] = [partition.errorCode, null]
  const answer = { errorCode, sessionId, responses }
  if (Object.keys(errors).length > 0) throw new ResponseError(apiKey, apiVersion, errors, answer)
  return answer
}

function parsePartition(reader: Reader): FetchedPartition {
  const partitionIndex = reader.readInt32()
  const errorCode = reader.readInt16()
  const end = reader.readInt64()
  reader.skip(2 * 8) // last stable offset, first offset
  const aborted = reader.readNullableArray(one => ({ producerId: one.readInt64(), firstOffset: one.readInt64() }))
  reader.skip(4) // the replica that the broker would prefer
  const batches = reader.readNullableBytes() ?? NONE
  let divergingEpoch: FetchedPartition['divergingEpoch']
  readKnownTaggedFields(reader, {
    0: field => (divergingEpoch = { epoch: field.readInt32(), endOffset: field.readInt64() }),
  })
  const abortedTransactions = aborted ?? []
  return { partitionIndex, errorCode, end, abortedTransactions, divergingEpoch, preferredReadReplica: -1, batches }
}
