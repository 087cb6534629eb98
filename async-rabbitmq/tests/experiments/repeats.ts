// How many duplicates reached inventory, by its own record: the steps that read it, and the check.
import type { Check } from '#engine/checks/check.ts'
import { duplicatesSeen } from '#engine/checks/preconditions.ts'
import { reader } from '#engine/run/evidence.ts'
import type { History } from '#engine/run/history.ts'
import { deleteJson } from '#engine/run/http.ts'
import { at, type Step, type When } from '#engine/experiment/steps.ts'
import { waitFor } from '#host/wait-for.ts'
import { RepeatRow } from '../../inventory_service/repeats.ts'

const INVENTORY = 'inventory_service'
const PATH = '/inventory/repeats'

const readRows = reader(RepeatRow)

/** Reads how many repeats there are; waits for so many, also while the service restarts, and says how many there were at the end. */
export const readRepeats = (when: When, atLeast = 0): Step =>
  at(when, {
    action: 'read',
    target: `${INVENTORY}${PATH}`,
    run({ runtime }) {
      let read: { repeats: number } | undefined
      const areEnough = () =>
        readRows(runtime.url(INVENTORY) + PATH).then(
          rows => (read = { repeats: rows.length }).repeats >= atLeast,
          () => false,
        )
      return waitFor(areEnough, { deadlineMs: 60_000, what: `${INVENTORY} to show its repeats` }).then(
        () => read,
        (error: unknown) => read ?? Promise.reject(error),
      )
    },
  })

/** Heals inventory while it crashes repeatedly: tries until one of its processes takes the request. */
export const healUntilTaken = (when: When): Step =>
  at(when, {
    action: 'heal',
    target: INVENTORY,
    async run({ runtime }) {
      const heal = () => deleteJson(`${runtime.url(INVENTORY)}/faults`).catch(() => undefined)
      await waitFor(heal, { deadlineMs: 60_000, what: `${INVENTORY} to be healed` })
    },
  })

export function repeatsOf({ executedSteps }: History): number {
  const read = executedSteps.findLast(({ action, target }) => action === 'read' && target.endsWith(PATH))
  const result = read?.result as { repeats: number } | undefined
  return result?.repeats ?? 0
}

/** Inventory recognised at least so many messages of orders that it had decided before. */
export const repeatsSeen = (atLeast: number): Check => duplicatesSeen({ atLeast, count: repeatsOf })
