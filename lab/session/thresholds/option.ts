// `--threshold`: what can be known to be wrong before the run is refused then.
import { boundIn, parseThreshold, type Threshold } from '#engine/analysis/thresholds/threshold.ts'
import { unknownName, UsageError } from '../../cli/usage.ts'
import { isAbout, type Registry } from './known.ts'

/** @throws UsageError that shows the form */
export function readThreshold(text: string): Threshold {
  try {
    return parseThreshold(text)
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

/** @throws UsageError where the threshold can be about nothing, with the nearest name; or where its unit is of another kind */
export function refuseImpossible(threshold: Threshold, known: readonly Registry[]): void {
  const { subject, text } = threshold
  const about = known.filter(measure => isAbout(threshold, measure))
  if (about.length === 0) {
    const [before = '', behind] = subject.split(/: (.*)/)
    const ofVariant = known.some(({ name }) => name === behind)
    if (ofVariant) throw unknownName('variant', before, unique(known.map(({ variant }) => variant)))
    const isAnswer = subject.includes('answers ')
    const names = unique(known.map(({ name }) => name)).filter(name => isAnswer || !name.startsWith('answers '))
    throw unknownName('measure', subject, names)
  }
  const units = unique(about.flatMap(({ unit }) => (unit === undefined ? [] : [unit])))
  if (units.length > 0 && !units.some(unit => boundIn(unit, threshold) !== undefined))
    throw new UsageError(
      `The unit "${threshold.unit}" of the threshold "${text}" is not that of the measure; give it in ${units.join(' or ')}.`,
    )
}

const unique = (names: readonly string[]): string[] => [...new Set(names)]
