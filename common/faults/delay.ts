// Delay: each piece of work waits before it is done. It holds one order, not those behind it.
import { setTimeout as wait } from 'node:timers/promises'
import { Type } from 'typebox'
import { defineFault } from './fault.ts'

export const delay = defineFault({
  name: 'delay',
  about: 'each order waits this long before it is handled',
  schema: Type.Object({ delayMs: Type.Integer({ minimum: 1, maximum: 600_000 }) }, { additionalProperties: false }),
  variable: 'DELAY_MS',
  fromText: text => ({ delayMs: Number(text) }),
  wrap: (next, it) => async (input, context) => {
    const setting = it.setting()
    if (setting) {
      it.injected()
      await wait(setting.delayMs, undefined, { signal: context.signal })
    }
    return next(input, context)
  },
})
