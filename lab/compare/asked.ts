// What a comparison was asked to do, by name, as there is to be run here.
import type { Comparison } from '#common/experiment/summary.ts'
import { models } from '../experiments.ts'
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
export const askedAgain = ({ rates, repeat, healthyRepeat, ...names }: Comparison): Asked => ({
  rates,
  repeat,
  healthyRepeat,
  ...chosen(names),
})

/** In the order of all, whatever the order of the names. */
function among<Each extends { name: string }>(what: string, all: readonly Each[], names?: readonly string[]): Each[] {
  const known = all.map(({ name }) => name)
  const unknown = names?.find(name => !known.includes(name))
  if (unknown !== undefined) throw unknownName(what, unknown, known)
  return all.filter(({ name }) => names?.includes(name) ?? true)
}
