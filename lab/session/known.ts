// What there is to be run, by name.
import { scenarios } from '../comparison/scenarios.ts'
import { experiments, models } from './registry.ts'
import type { Registry } from '../report/html/run-facts.ts'

export const registry: Registry = {
  experiments: Object.keys(experiments),
  scenarios: scenarios.map(({ name }) => name),
  models: models.map(({ name }) => name),
}
