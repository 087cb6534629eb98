// How many duplicates reached inventory, by its own record; shared by what asks for them and what judges them.
import { type Check } from '#engine/checks/check.ts'
import { duplicatesSeen } from '#engine/checks/preconditions.ts'
import type { History } from '#engine/run/history.ts'
import { deleteJson, getJson } from '#engine/run/http.ts'
import { at, type Step, type When } from '#engine/experiment/steps.ts'
import { waitFor } from '#host/wait-for.ts'

const INVENTORY = 'inventory_service'
const PATH = '/inventory/repeats'

/** Reads all repeats; waits while the service is being started again. */
export const readRepeats = (when: When): Step =>
  at(when, {
    action: 'read',
    target: `${INVENTORY}${PATH}`,
    async run({ runtime }) {
      const page = async (after: number): Promise<{ rows: unknown[]; next: number | null }> => {
        const answer = await getJson(`${runtime.url(INVENTORY)}${PATH}?limit=1000&after=${after}`)
        return answer as { rows: unknown[]; next: number | null }
      }
      const all = async () => {
        let count = 0
        for (let after: number | null = 0; after !== null; ) {
          const { rows, next } = await page(after)
          count += rows.length
          after = next
        }
        return { repeats: count }
      }
      const patient = () => all().catch(() => undefined)
      return waitFor(patient, { deadlineMs: 60_000, what: `${INVENTORY} to show its repeats` })
    },
  })

/** Heals it in a life that lasts: one that dies meanwhile is waited for. */
export const healInTheEnd = (when: When): Step =>
  at(when, {
    action: 'heal',
    target: INVENTORY,
    async run({ runtime }) {
      const heal = () => deleteJson(`${runtime.url(INVENTORY)}/faults`).catch(() => undefined)
      await waitFor(heal, { deadlineMs: 60_000, what: `${INVENTORY} to live on` })
    },
  })

export function repeatsOf({ executedSteps }: History): number {
  const read = executedSteps.findLast(act => act.action === 'read' && act.target.endsWith(PATH))
  const result = read?.result as { repeats: number } | undefined
  return result?.repeats ?? 0
}

/** Inventory recognised at least so many orders that came again after they were decided. */
export const repeatsSeen = (atLeast: number): Check => duplicatesSeen({ atLeast, count: repeatsOf })
