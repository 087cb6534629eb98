// Results of one run are of the same brokers: a run that is gone on with may find others.
import type { Summary } from '#engine/run/summary.ts'

/** Which broker is not the one that the results before were measured on, in words; undefined where all are. */
export function otherBroker(before: Summary['brokers'], now: Summary['brokers']): string | undefined {
  const told = ({ version, source }: Summary['brokers'][string]) => `${version} (${source})`
  for (const [kind, broker] of Object.entries(now)) {
    const known = before[kind]
    if (known && told(known) !== told(broker))
      return `${kind} is ${told(broker)} now, and what was measured before ran on ${told(known)}; have that again, or begin anew`
  }
  return undefined
}
