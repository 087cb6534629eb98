// Shows in the health of an order service which orders have no end in sight: those that are dead letters, and those that
// nobody has decided for long. They leave the service healthy, because it can take orders.
import { epochMs, wallTime } from '../contracts/clock.ts'
import type { OrdersTables } from '../stores/orders.ts'
import type { Health } from './health.ts'

/** A backlog is no news until its oldest order has waited for so long, in milliseconds. */
const LONG_MS = 10_000

/** @param now RFC 3339; a test sets it */
export function watchOldestPending(
  health: Pick<Health, 'warnWhile'>,
  { oldestPending }: Pick<OrdersTables, 'oldestPending'>,
  now = wallTime,
): void {
  health.warnWhile('oldest pending', () => {
    const { placedAt, deadLetters } = oldestPending()
    if (placedAt === null) return null
    const isOld = epochMs(now()) - epochMs(placedAt) > LONG_MS
    const problems = [
      ...(isOld ? [`the oldest undecided order was placed at ${placedAt}`] : []),
      ...(deadLetters > 0 ? [`${deadLetters} undecided: dead letters, which somebody has to redrive`] : []),
    ]
    return problems.length > 0 ? problems.join('; ') : null
  })
}
