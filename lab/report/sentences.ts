// What to see in the picture of a fault, computed from the measures.
import { repeated } from '#common/experiment/latency/compare.ts'
import { ms } from '#common/experiment/words.ts'
import type { Measure } from '#common/experiment/summary.ts'
import { withUnit } from '../render/numbers.ts'
import { measuresOf, type Subject } from './subjects.ts'

/** Two sentences at most; one is left out where nothing was measured for it. */
export function sentencesOf(subjects: readonly Subject[]): string[] {
  return [accepted(subjects), completed(subjects)].filter(sentence => sentence !== '')
}

function accepted(subjects: readonly Subject[]): string {
  const parts = subjects.flatMap(subject => {
    const during = known(subject, 'during: availability')
    const share = during ?? known(subject, 'availability')
    return share ? [`${withUnit(share)} in ${said(subject, subjects)}${during ? '' : ' (of all orders)'}`] : []
  })
  return parts.length === 0
    ? ''
    : `Answered rightly within a second, of the orders asked while it lasted: ${list(parts)}.`
}

function completed(subjects: readonly Subject[]): string {
  const parts = subjects.flatMap(subject => {
    const share = known(subject, 'completed ÷ asked')
    if (!share) return []
    const waiting = known(subject, 'deepest open') ?? known(subject, 'deepest backlog')
    const deepest = waiting ? `, with at most ${withUnit(waiting)} that waited` : ''
    return [`${withUnit(share)} in ${said(subject, subjects)}${deepest}${gone(subject)}`]
  })
  return parts.length === 0 ? '' : `Completed in the end: ${parts.join('; ')}.`
}

/** How long after the heal the last order of before it was through. */
function gone(subject: Subject): string {
  const last = known(subject, 'heal to last completed')
  const why = measuresOf(subject, 'heal to last completed').find(({ value }) => value === null)?.note
  if (why !== undefined) return ` (of those asked before the heal, ${why})`
  if (!last) return ''
  if ((last.value ?? 0) < AT_ONCE_MS) return ', none of them beyond the heal'
  return `, the last one ${ms(last)} after the heal`
}

const AT_ONCE_MS = 1

/** A model where it has one variant here, else the variant too. */
const said = ({ model, variant }: Subject, all: readonly Subject[]): string =>
  all.filter(each => each.model === model).length > 1 ? `${model}, ${variant}` : model

/** Of repetitions the median. */
function known(subject: Subject, name: string): Measure | undefined {
  const measures = measuresOf(subject, name).filter(({ value }) => value !== null)
  const [first] = measures
  return first && { ...first, value: repeated(measures.flatMap(({ value }) => value ?? [])).median }
}

const list = (texts: readonly string[]): string =>
  texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} and ${texts.at(-1)}`
