// The broker takes nothing more from those who publish, as one does that is out of memory: which orders are still accepted, and who tells.
import { CONDITIONS, count, findMeasure, sentence } from '#engine/analysis/measures.ts'
import { RECOVERY } from '#engine/analysis/recovery.ts'
import { defineCheck, vacuous, valid } from '#engine/checks/check.ts'
import { stepSeen } from '#engine/checks/preconditions.ts'
import { type Action, alarm, at, resume } from '#engine/experiment/steps.ts'
import { readHealth } from '#engine/run/http.ts'
import { waitFor } from '#host/wait-for.ts'
import { around, defineScenario, serviceOf, spanOf } from '../scenario.ts'
import { setByWaiting } from './set-by-fault.ts'

export const brokerFull = defineScenario({
  name: 'broker-full',
  title: 'The broker full',
  titleAt: ({ faultMs }) => `The broker full for ${faultMs / 1_000} s`,
  asks: 'The broker is out of memory, as when a slow reader has let it fill, and takes nothing more from those who publish: which orders are still accepted, and who tells?',
  caveat:
    'The memory alarm of RabbitMQ is raised as its own memory monitor raises it, with the memory that there is: what is measured is what an alarm does, and not how soon a backlog leads to it. It blocks every connection that publishes, also that by which Inventory would publish what it has decided. The commands that raise and clear it take about a second each. Orders count as requested meanwhile from when the first is done until the second is, and a recovery counts from the beginning of the second.',
  isOptional: true,
  profiles: {
    full: { ordersPerSecond: 50, beforeMs: 5_000, faultMs: 15_000, afterMs: 10_000 },
    // Where the machine is busy the command that raises it takes seconds.
    quick: { ordersPerSecond: 50, beforeMs: 1_000, faultMs: 5_000, afterMs: 2_000 },
  },
  variants: 'outbox',
  mayFail: true,
  columns: [
    'requested',
    'rejected',
    'during: availability',
    'during: known in the end',
    'lost',
    'duplicated',
    'oversold',
    'unknown',
    ...RECOVERY,
    'peak open orders',
    'longest wait',
    ...CONDITIONS,
  ],
  load: around,
  disrupt(model, settings) {
    const { brokers } = model
    if (brokers.length === 0) return 'it has no broker: what Inventory cannot take is refused, or waits in the outbox'
    if (!brokers.includes('rabbitmq'))
      return 'its broker keeps what waits in files, whoever reads it, and has no alarm for its memory; where its disk is full it stops, as in broker-dead'
    const order = serviceOf(model, 'order')
    const span = spanOf(settings)
    return {
      span,
      timeline: [
        at(span.fromMs, alarm('rabbitmq')),
        at(span.fromMs, untilTold(order)),
        at(span.toMs, resume('rabbitmq')),
      ],
      seen: [stepSeen({ action: 'alarm', target: 'rabbitmq' }), told],
      setByFault: setByWaiting(settings),
    }
  },
  explain: (results, model) =>
    results.flatMap(result => {
      const of = (name: string) => findMeasure(result, name)
      return sentence`${model}, ${result.variant.name}: of the orders requested while the broker was full, ${count(of('during: availability'))} % were accepted within one second, and the outcome of ${count(of('during: known in the end'))} % could be known in the end.`
    }),
})

/** Until the service says that it cannot publish, which it learns when it next does. */
const untilTold = (service: string): Action => ({
  action: 'read',
  target: service,
  run: ({ runtime }) =>
    waitFor(async () => (await readHealth(runtime.url(service))).problems.publishing, {
      deadlineMs: 2_000,
      everyMs: 10,
      what: `${service} to say that the broker blocks it`,
    }).catch(() => undefined),
})

const told = defineCheck(
  'told',
  'the order service says in its health that the broker blocks it',
  ({ executedSteps }) => {
    const said = executedSteps.find(({ action }) => action === 'read')?.result
    return typeof said === 'string' ? valid(`It said: ${said}.`) : vacuous('It did not say so within 2 s.')
  },
)
