// The names of headers: apart from the schemas, so that the load generator does not load those.
export const IDEMPOTENCY_KEY = 'idempotency-key'
export const CORRELATION_ID = 'x-correlation-id'
