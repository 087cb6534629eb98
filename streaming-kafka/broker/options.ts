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
export function isTooLarge(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isTooLarge)
  if (!(error instanceof Error)) return false
  return ('apiId' in error && error.apiId === 'MESSAGE_TOO_LARGE') || isTooLarge(error.cause)
}
