// One message in fifty is poison: no attempt to handle it can succeed.
import { defineCheck, evaluateAll } from '#engine/checks/check.ts'
import { stepSeen } from '#engine/checks/preconditions.ts'
import { at } from '#engine/experiment/steps.ts'
import { around, defineScenario, spanOf } from '../scenario.ts'

const EVERY = 50

export const poison = defineScenario({
  name: 'poison',
  title: 'One order in fifty is poison',
  asks: 'Some messages can never be handled: do the others wait for them, and where do they go?',
  profiles: {
    full: { ordersPerSecond: 50, beforeMs: 3_000, faultMs: 10_000, afterMs: 3_000 },
    quick: { ordersPerSecond: 50, beforeMs: 1_000, faultMs: 2_000, afterMs: 1_000 },
  },
  load: around,
  disrupt({ comparison: { poison: message } }, settings) {
    const span = spanOf(settings)
    const everyMs = (EVERY * 1_000) / settings.ordersPerSecond
    const times = Array.from(
      { length: Math.floor(settings.faultMs / everyMs) },
      (_, nth) => span.fromMs + nth * everyMs,
    )
    return {
      label: 'one in fifty is poison',
      span,
      timeline: times.map((ms, nth) => at(ms, message.send(nth))),
      seen: [
        stepSeen({ action: 'publish-raw', atLeast: times.length }),
        ...(message.becomes === 'refused' ? [refused(times.length)] : []),
      ],
    }
  },
})

/** Each was answered 400 at once. */
const refused = (count: number) =>
  defineCheck('poison-refused', 'every poisoned message is refused as malformed', ({ executedSteps }) => {
    const sent = executedSteps.filter(({ action }) => action === 'publish-raw')
    const offenders = sent
      .filter(({ result }) => !(typeof result === 'object' && result && 'status' in result && result.status === 400))
      .map(({ result }, nth) => `message ${nth} was answered ${JSON.stringify(result)}`)
    if (sent.length < count) offenders.push(`${count - sent.length} were not sent`)
    return evaluateAll({ examined: sent.length, what: 'poisoned messages', offenders })
  })
