// What a comparison was asked to do, by name, as there is to be run here.
import type { ComparedModel } from '#common/experiment/compared.ts'
import type { BrokerKind } from '#common/experiment/model.ts'
import type { Comparison } from '#common/experiment/summary.ts'
import { variables } from '../../infra/brokers/address.ts'
import { models } from '../experiments.ts'
import type { RuntimeName } from '../site.ts'
import { unknownName } from '../usage.ts'
import { faults } from './faults.ts'
import type { Asked } from './plan.ts'

type Names = { faults?: readonly string[]; models?: readonly string[] }

/** All where none is named. @throws UsageError with the nearest name */
export const chosen = (names: Names): Pick<Asked, 'faults' | 'models'> => ({
  faults: among('fault', faults, names.faults),
  models: among('model', models, names.models),
})

/** The same again. @throws UsageError where a fault or model of it is not there any more */
export const askedAgain = ({ rates, repeat, healthyRepeat, given = [], ...names }: Comparison): Asked => ({
  rates,
  repeat,
  healthyRepeat,
  given,
  ...chosen(names),
})

/** Brokers of the models that the user gives by address now; containers have those of their own stack. */
export function givenNow(models: readonly ComparedModel[], runtime: RuntimeName): BrokerKind[] {
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
