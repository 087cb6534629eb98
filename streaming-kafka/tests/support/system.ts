// The streaming model as a test system, and what its tests read of the log.
import type { TestSystem } from '#conformance/test-system.ts'
import type { DeadLetter } from '#engine/experiment/model.ts'
import { waitFor } from '#host/wait-for.ts'
import type { KafkaOperations } from '../../lab/operations.ts'

export type KafkaSystem = TestSystem<KafkaOperations>

const DEADLINE_MS = 60_000

/** All records of a topic. */
export const recordsOf = ({ inspector }: KafkaSystem, topic: string) => inspector.operations['topic-records']({ topic })

/** The order that an event is about. */
export const orderIdOf = ({ body }: { body: string | null }): string =>
  (JSON.parse(body ?? '') as { data: { orderId: string } }).data.orderId

/** Until every group has committed all records. */
export const untilNoLag = ({ inspector }: KafkaSystem): Promise<unknown> =>
  waitFor(async () => Object.values(await inspector.depths()).every(lag => lag === 0), {
    deadlineMs: DEADLINE_MS,
    what: 'every lag to be 0',
  })

export const untilDeadLetters = ({ inspector }: KafkaSystem, count: number): Promise<DeadLetter[]> =>
  waitFor(
    async () => {
      const letters = await inspector.deadLetters()
      return letters.length >= count && letters
    },
    { deadlineMs: DEADLINE_MS, what: `${count} dead letters` },
  )
