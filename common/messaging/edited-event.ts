// What may be changed of an event that is redriven: an order service has the order as its client placed it, and shows that.
import { isDeepStrictEqual } from 'node:util'
import { LabError } from '../contracts/errors.ts'
import { orUndefined } from './read-event.ts'

type Event = { data: { orderId: string } }

/**
 * Reads the edited body of a dead letter as its consumer will. A dead letter that could be read keeps its order; one that
 * could not, or whose order is in conflict with another one, may become any.
 * @throws LabError when its consumer could not read the body, or `order-conflict` when it is another order
 */
export function readEdited(
  read: (body: Buffer | null) => Event,
  { reason, original, edited }: { reason: string; original: Buffer | null; edited: Buffer },
): void {
  const after = read(edited)
  const before = reason === 'order-conflict' ? undefined : orUndefined(read, original)
  if (before && !isDeepStrictEqual(before.data, after.data))
    throw new LabError(
      'order-conflict',
      `order ${before.data.orderId} was placed with other content, and would be decided with this one; redrive it as it is`,
    )
}
