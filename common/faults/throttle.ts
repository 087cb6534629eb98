// Throttle: work starts at a bounded rate. Each start has its slot, so the rate holds on average, not in each moment.
import { setTimeout as wait } from 'node:timers/promises'
import { Type } from 'typebox'
import { defineFault } from './fault.ts'

export const throttle = defineFault({
  name: 'throttle',
  about: 'at most this many orders a second are handled',
  schema: Type.Object(
    { perSecond: Type.Number({ exclusiveMinimum: 0, maximum: 1_000_000 }) },
    { additionalProperties: false },
  ),
  variable: 'THROTTLE_PER_SECOND',
  fromText: text => ({ perSecond: Number(text) }),
  wrap(next, it) {
    let free = 0
    return async (input, context) => {
      const setting = it.setting()
      if (setting) {
        it.injected()
        const now = performance.now()
        const slot = Math.max(now, free)
        free = slot + 1_000 / setting.perSecond
        if (slot > now) await wait(slot - now, undefined, { signal: context.signal })
      }
      return next(input, context)
    }
  },
})
