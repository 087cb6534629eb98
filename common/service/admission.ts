// Admission: how many accepted orders may be undecided at once. Whatever stands still behind the order service (its outbox,
// the broker, a queue, inventory), new orders are refused from there on, so that an accepted order has only so many before it.
// Guarantees: who is refused left no trace, and the same request may succeed later. Health lists it, and stays green: the
// service works, and answers for the orders that it has.
import { LabError } from '../contracts/errors.ts'
import { integer } from './config.ts'
import type { Health } from './health.ts'
import type { Occupancy } from './occupancy.ts'

export const maxUndecidedSetting = integer(
  20_000,
  'how many accepted orders may be undecided at once; new ones are refused until some are decided',
  { min: 1 },
)

type Parts = { config: { MAX_UNDECIDED: number }; health: Health; occupancy: Occupancy; undecided(): number }

/** For an order that is new, before it is stored. @throws LabError `overloaded` when too many are undecided */
export type Admit = () => void

export function openAdmission({ config: { MAX_UNDECIDED: most }, health, occupancy, undecided }: Parts): Admit {
  // Looked up at each order, and not when one is decided: it is exact to the time between two orders.
  const places = occupancy.places('MAX_UNDECIDED', most, it => it.setTaken(undecided()))
  health.warnWhile('orders', () => {
    const count = undecided()
    return count < most ? null : `${count} orders are undecided, and new ones are refused (MAX_UNDECIDED)`
  })
  return () => {
    const count = undecided()
    places.setTaken(count)
    if (count < most) return
    throw new LabError('overloaded', `${most} orders are undecided already; nothing was stored`)
  }
}
