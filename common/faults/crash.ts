// Crash points: named points between two steps at which the process ends (SIGKILL) when the lab requests it.
// They are put in where a service is composed; with faults off they are nothing.
import { Type } from 'typebox'

/** `after`: the pass that ends the process; the first is 1. */
export const CrashSetting = Type.Object(
  { point: Type.String({ minLength: 1 }), after: Type.Integer({ minimum: 1 }) },
  { additionalProperties: false },
)

/** Called between two steps of one piece of work. */
export type CrashPoint = () => void

/** `INVENTORY_CRASH_AT=commit-ack` or `commit-ack:10`. */
export function crashFromText(text: string): unknown {
  const [point, after = '1'] = text.split(':')
  return { point, after: Number(after) }
}
