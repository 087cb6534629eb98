// How every client of the broker is set up; the reasons are measured ones.

/** `host:port,host:port`. Short times: a broker that is away is seen within a second or two. */
export const clientOptions = (brokers: string, clientId: string) => ({
  clientId,
  bootstrapBrokers: brokers.split(','),
  connectTimeout: 1_000,
  timeout: 5_000,
  retries: 0,
  retryDelay: 200,
})

/** The reason in a few words: the client wraps errors in errors, and the innermost says it. */
export function explain(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return explain(error.errors.at(-1))
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? explain(error.cause) : error.message
}

/** The broker refuses the size of it: the same again is refused for ever. */
export const isTooLarge = (error: unknown): boolean => hasWithin(error, named('MESSAGE_TOO_LARGE'))

/** The topic is there, made by somebody else. */
export const isThere = (error: unknown): boolean => hasWithin(error, named('TOPIC_ALREADY_EXISTS'))

export const isUnknownTopic = (error: unknown): boolean => hasWithin(error, named('UNKNOWN_TOPIC_OR_PARTITION'))
export const isUnknownGroup = (error: unknown): boolean => hasWithin(error, named('GROUP_ID_NOT_FOUND'))

/** The controller has made the topic, and the broker that is asked does not lead it yet, or has not heard of it. */
export const isNotYetLed = (error: unknown): boolean =>
  isUnknownTopic(error) ||
  hasWithin(error, named('LEADER_NOT_AVAILABLE', 'NOT_LEADER_OR_FOLLOWER')) ||
  // What the client says in its own words when it looks for the leader of a topic that is not known.
  hasWithin(error, ({ message }) => message.startsWith('Unknown topic'))

/** By the names of https://kafka.apache.org/protocol#protocol_error_codes. */
const named =
  (...ids: unknown[]) =>
  (error: Error): boolean =>
    'apiId' in error && ids.includes(error.apiId)

/** The client wraps errors in errors. */
function hasWithin(error: unknown, isIt: (error: Error) => boolean): boolean {
  if (!(error instanceof Error)) return false
  if (error instanceof AggregateError && error.errors.some(inner => hasWithin(inner, isIt))) return true
  return isIt(error) || hasWithin(error.cause, isIt)
}
