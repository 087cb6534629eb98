// A case of the suite: a sentence that must be true of every model, or of those with a feature, and how to see it.
import type { Feature } from '#engine/experiment/model.ts'
import type { TestSystem } from './test-system.ts'

export type Case = {
  name: string
  /** Only models that declare it have to pass. */
  needs?: Feature
  /** Runs on a system that other cases have used; leaves every service running, without faults. */
  run(system: TestSystem): Promise<void>
}
