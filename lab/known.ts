// What there is to be run, by name.
import { faults } from './compare/faults.ts'
import { experiments, models } from './experiments.ts'
import type { Known } from './report/run-facts.ts'

export const known: Known = {
  experiments: Object.keys(experiments),
  faults: faults.map(({ name }) => name),
  models: models.map(({ name }) => name),
}
