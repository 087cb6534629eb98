// Publishing within a request: it ends by a deadline, and its error says whether the message may be in a queue.
// Guarantees: `unavailable` means that no queue has the message, `deadline-passed` that it is unknown. While a message
// waits for its confirm longer than the deadline, no other is published. So a broker that hangs leaves only the messages
// of one deadline unknown, and not all those of the time that it hangs.
import { LabError } from '#common/contracts/errors.ts'
import type { Outgoing } from './message.ts'
import type { Publisher } from './publisher.ts'

/** @throws LabError `unavailable` when a message would not be published now. */
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
  // The race also handles a rejection after the deadline, which would end the process otherwise.
  await Promise.race([confirmed, late.promise]).finally(() => clearTimeout(timer))
}
