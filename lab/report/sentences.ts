// What to see in the picture of a fault, computed from the measures.
import { ms } from '#common/experiment/words.ts'
import { medianOf, type Reading, readingOf, said } from '../compare/readings.ts'
import type { Subject } from '../compare/subjects.ts'

/** Two sentences at most; one is left out where nothing was measured for it. */
export function sentencesOf(subjects: readonly Subject[]): string[] {
  return [accepted(subjects), completed(subjects)].filter(sentence => sentence !== '')
}

function accepted(subjects: readonly Subject[]): string {
  const parts = subjects.flatMap(subject => {
    const during = known(subject, 'during: availability')
    const share = during ?? known(subject, 'availability')
    return share ? [`${said(share)} in ${named(subject, subjects)}${during ? '' : ' (of all orders)'}`] : []
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
    const deepest = waiting ? `, with at most ${said(waiting)} that waited` : ''
    return [`${said(share)} in ${named(subject, subjects)}${deepest}${gone(subject)}`]
  })
  return parts.length === 0 ? '' : `Completed in the end: ${parts.join('; ')}.`
}

/** How long after the heal the last order of before it was through. */
function gone(subject: Subject): string {
  const last = readingOf(subject, 'heal to last completed')
  if (!last) return ''
  const { value } = medianOf(last)
  if (value === null) return last.note === undefined ? '' : ` (of those asked before the heal, ${last.note})`
  if (value < AT_ONCE_MS) return ', the last one before the heal'
  return `, the last one ${ms(medianOf(last))} after the heal`
}

const AT_ONCE_MS = 1

/** A model where it has one variant here, else the variant too. */
const named = ({ model, variant }: Subject, all: readonly Subject[]): string =>
  all.filter(each => each.model === model).length > 1 ? `${model}, ${variant}` : model

function known(subject: Subject, name: string): Reading | undefined {
  const reading = readingOf(subject, name)
  return reading && reading.values.length > 0 ? reading : undefined
}

const list = (texts: readonly string[]): string =>
  texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} and ${texts.at(-1)}`
