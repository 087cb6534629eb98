// None unknown: at the end nobody has to wonder about any order. The claim of `unknown-resolved`, judged over all orders that
// were asked for, so that it counts 0 where every attempt was answered, and a fault that leaves none unknown is seen to.
import { defineCheck, evaluateAll } from './check.ts'
import { orderHistories, wasRequested } from './order-history.ts'
import { whyUnresolved } from './unknown-resolved.ts'

export const allResolved = defineCheck('all-resolved', 'no order is unknown in the end', history => {
  const asked = [...orderHistories(history).values()].filter(wasRequested)
  return evaluateAll({
    looked: asked.length,
    what: 'orders that were asked for',
    offenders: whyUnresolved(asked, history),
  })
})
