// What there is to be run, by name.
import { faults } from '../comparison/scenarios.ts'
import { experiments, models } from './registry.ts'
import type { Known } from '../report/html/run-facts.ts'

export const known: Known = {
  experiments: Object.keys(experiments),
  faults: faults.map(({ name }) => name),
  models: models.map(({ name }) => name),
}
