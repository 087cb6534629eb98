import { completedPerSecond } from '../setup/closed-loop.ts'
import { openRestSides } from './rest-sides.ts'
import type { Row } from '../row.ts'

const FIGURE = 'orders completed'

export const restSaturation: Row = {
  name: 'rest-saturation',
  figures: [{ name: FIGURE, unit: '/s', goal: { atLeast: 0.6 } }],
  driven:
    'sync-rest with all its stores synced, by 64 connections that each send the next order when the last one is answered; an answer means that the order is reserved and notified.',
  reference:
    'The bare chain: three HTTP servers with the same hops and without stores, validation or logic, driven by the same process in the same way.',
  boundBy:
    'On the side of sync-rest the one thread of order_service, which takes more CPU time than the two other services together. Driver and servers of both sides share the cores.',
  open: context =>
    openRestSides(context, async (url, runId) => ({
      [FIGURE]: await completedPerSecond({ url, runId, seconds: context.quick ? 1 : 5 }, context.signal),
    })),
}
