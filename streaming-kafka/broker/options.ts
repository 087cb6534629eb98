// The options of every client of the broker. The times are chosen from measurements.

/** `brokers`: `host:port,host:port`. The times are short, so that a broker that is away is noticed within two seconds. */
export const clientOptions = (brokers: string, clientId: string) => ({
  clientId,
  bootstrapBrokers: brokers.split(','),
  connectTimeout: 1_000,
  timeout: 5_000,
  retries: 0,
  retryDelay: 200,
})

/** Pauses between attempts while the broker is away. They are short, because they are part of the time to recover. */
export const RETRY_PACE = { firstMs: 100, longestMs: 400 }

/** The broker refuses the record or batch because of its size, and would refuse it again. */
export const isTooLarge = (error: unknown): boolean =>
  hasWithin(error, named('MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'))

/** The topic exists already. */
export const isExistingTopic = (error: unknown): boolean => hasWithin(error, named('TOPIC_ALREADY_EXISTS'))

/** The position is after the end of the log, or before its first record. */
export const isOutOfRange = (error: unknown): boolean => hasWithin(error, named('OFFSET_OUT_OF_RANGE'))

export const isUnknownTopic = (error: unknown): boolean => hasWithin(error, named('UNKNOWN_TOPIC_OR_PARTITION'))
export const isUnknownGroup = (error: unknown): boolean => hasWithin(error, named('GROUP_ID_NOT_FOUND'))

/** The controller has created the topic, but this broker does not lead it yet, or does not know of it. */
export const isNotYetLed = (error: unknown): boolean =>
  isUnknownTopic(error) ||
  hasWithin(error, named('LEADER_NOT_AVAILABLE', 'NOT_LEADER_OR_FOLLOWER')) ||
  // The client's own error when it searches the leader of an unknown topic.
  hasWithin(error, ({ message }) => message.startsWith('Unknown topic'))

/** By the names of https://kafka.apache.org/protocol#protocol_error_codes. */
const named =
  (...ids: unknown[]) =>
  (error: Error): boolean =>
    'apiId' in error && ids.includes(error.apiId)

/** Searches an error and those nested in it. */
function hasWithin(error: unknown, isIt: (error: Error) => boolean): boolean {
  if (!(error instanceof Error)) return false
  if (error instanceof AggregateError && error.errors.some(inner => hasWithin(inner, isIt))) return true
  return isIt(error) || hasWithin(error.cause, isIt)
}
