// How a message whose work failed is settled, by the table of errors. RabbitMQ and Kafka share the decision and differ in
// its transport: a republished message and an ack, or a pause in place and an offset.
//
//   ack          there is nothing left to do.
//   retry        an error of the message: again after a delay. It costs an attempt.
//   dead-letter  the message can never be handled, or its last attempt failed: set it aside with its reason.
//   stop         not an error of the message (store full, broker away): handle nothing more, turn health red, and try
//                the same message again. It costs no attempt.
import { asLabError, LabError, settlementOf } from '../contracts/errors.ts'

export type Settlement =
  | { kind: 'ack' }
  | { kind: 'retry'; delayMs: number }
  | { kind: 'dead-letter'; error: LabError }
  | { kind: 'stop' }

/**
 * @param attempt the one that failed; the first is 1
 * @param delaysMs the delay before each further attempt; after the last of them the message is a dead letter with
 * `retries-exhausted`
 */
export function settlementAfter(error: unknown, attempt: number, delaysMs: readonly number[]): Settlement {
  const failure = asLabError(error)
  const kind = settlementOf(failure)
  if (kind === 'ack' || kind === 'stop') return { kind }
  if (kind === 'dead-letter') return { kind, error: failure }
  const delayMs = delaysMs[attempt - 1]
  if (delayMs !== undefined) return { kind, delayMs }
  const detail = `attempt ${attempt} was the last and failed with ${failure.code}: ${failure.detail}`
  return { kind: 'dead-letter', error: new LabError('retries-exhausted', detail, { cause: failure }) }
}
