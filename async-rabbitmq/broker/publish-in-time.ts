// Publishing within a request: it ends by a deadline, and says whether the message may be in a queue.
// Guarantees: `unavailable` means that no queue has the message, `deadline-passed` that nobody knows. While a message
// has waited for its confirm for longer than the deadline, no other is handed over: a broker that hangs leaves as many
// unknown as came in one deadline, not as many as came while it hung.
import { LabError } from '#common/contracts/errors.ts'
import type { Outgoing } from './message.ts'
import type { Publisher } from './publisher.ts'

/** @throws LabError `unavailable` when a message would not be handed over now. */
export function checkPublishing(publisher: Publisher | undefined, deadlineMs: number): Publisher {
  if (!publisher) throw new LabError('unavailable', 'the broker is away; nothing was published')
  if (publisher.oldestWaitMs() <= deadlineMs) return publisher
  throw new LabError('unavailable', 'the broker does not confirm; nothing was published')
}

/** @throws LabError `unavailable` or `deadline-passed` */
export async function publishInTime(
  publisher: Publisher | undefined,
  message: Outgoing,
  deadlineMs: number,
): Promise<void> {
  const late = Promise.withResolvers<never>()
  const confirmed = checkPublishing(publisher, deadlineMs).publish(message)
  const timer = setTimeout(() => {
    late.reject(new LabError('deadline-passed', `the broker did not confirm it within ${deadlineMs} ms`))
  }, deadlineMs)
  // The race also hears what comes after the deadline, so that a late rejection ends nothing.
  await Promise.race([confirmed, late.promise]).finally(() => clearTimeout(timer))
}
