// What a comparison was asked to do, by name, as there is to be run here.
import type { ComparableModel } from '#engine/experiment/comparison-adapter.ts'
import type { BrokerKind } from '#engine/experiment/model.ts'
import type { Comparison } from '#engine/run/summary.ts'
import { variables } from '#infra/brokers/address.ts'
import { models } from '../session/registry.ts'
import type { RuntimeName } from '../session/environment.ts'
import { unknownName } from '../cli/usage.ts'
import { scenarios } from './scenarios.ts'
import type { ComparisonRequest } from './plan.ts'

type Names = { scenarios?: readonly string[]; models?: readonly string[] }

/** All where none is named. @throws UsageError with the nearest name */
export const chosen = (names: Names): Pick<ComparisonRequest, 'scenarios' | 'models'> => ({
  scenarios: among('scenario', scenarios, names.scenarios),
  models: among('model', models, names.models),
})

/** The same again. @throws UsageError where a scenario or model of it is not there any more */
export const askedAgain = ({
  rates,
  repeat,
  healthyRepeat,
  externalBrokers = [],
  ...names
}: Comparison): ComparisonRequest => ({
  rates,
  repeat,
  healthyRepeat,
  externalBrokers,
  ...chosen(names),
})

/** Brokers of the models that the user gives by address now; containers have those of their own stack. */
export function givenNow(models: readonly ComparableModel[], runtime: RuntimeName): BrokerKind[] {
  const kinds = new Set(models.flatMap(({ brokers }) => brokers))
  return runtime === 'compose' ? [] : [...kinds].filter(kind => process.env[variables[kind]])
}

/** In the order of all, whatever the order of the names. */
function among<Each extends { name: string }>(what: string, all: readonly Each[], names?: readonly string[]): Each[] {
  const known = all.map(({ name }) => name)
  const unknown = names?.find(name => !known.includes(name))
  if (unknown !== undefined) throw unknownName(what, unknown, known)
  return all.filter(({ name }) => names?.includes(name) ?? true)
}
