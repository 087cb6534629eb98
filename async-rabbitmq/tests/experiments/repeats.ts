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

/** Reads how many repeats there are; waits until there are so many, also while the service restarts. */
export const readRepeats = (when: When, atLeast = 0): Step =>
  at(when, {
    action: 'read',
    target: `${INVENTORY}${PATH}`,
    run({ runtime }) {
      const count = () =>
        readRows(runtime.url(INVENTORY) + PATH).then(
          rows => rows.length >= atLeast && { repeats: rows.length },
          () => undefined,
        )
      return waitFor(count, { deadlineMs: 60_000, what: `${INVENTORY} to show ${atLeast} repeats` })
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
