// What the page shows of a lane's dead letters, as they were last read.
import { countOf, fatesOf } from '#engine/experiment/redrive.ts'
import type { LiveOrders } from './orders.ts'
import type { DeadLetters } from './page/protocol.ts'
import type { LaneState } from './state.ts'

const SHOWN = 50
const SHOWN_CHARACTERS = 2_000

type Read = { feed: Pick<LaneState['feed'], 'evidence'>; orders: Pick<LiveOrders, 'indexOf'> }

export function shownDeadLetters({ feed, orders }: Read): DeadLetters {
  const { deadLetters } = feed.evidence
  const fates = new Map(
    [...new Set(deadLetters.map(({ reason }) => reason))]
      .toSorted()
      .map(reason => [reason, fatesOf(deadLetters, { reason, limit: Infinity })]),
  )
  return {
    total: deadLetters.length,
    reasons: [...fates].map(([reason, of]) => ({
      reason,
      redrivable: countOf(of, 'redrive'),
      parked: countOf(of, 'parked'),
      withoutContent: countOf(of, 'without-content'),
    })),
    letters: deadLetters.slice(-SHOWN).map(letter => {
      const { id, source, reason, detail, attempts, body, orderId } = letter
      const fate = fates.get(reason)?.get(letter)
      return {
        id,
        source,
        reason,
        detail,
        attempts,
        body: body.slice(0, SHOWN_CHARACTERS),
        order: orderId === undefined ? null : (orders.indexOf(orderId) ?? null),
        fate: fate === 'parked' || fate === 'without-content' ? fate : 'redrive',
      }
    }),
  }
}
