// What happened in an experiment over time, as a picture: for its page in the report and for the published results.
import type { Result } from '#engine/run/summary.ts'
import type { Picture } from '../charts/picture.ts'
import { timeFigure } from '../charts/time-figure.ts'
import { groupOf, hasPast } from './groups.ts'

/** A group of panels a variant; undefined where nothing was to be seen. @param id unique in the page */
export function pastPicture(result: Result, id: string): Picture | undefined {
  const groups = result.variants.map(variant => groupOf(result, variant)).filter(hasPast)
  if (groups.length === 0) return undefined
  const { title, question, explanation } = result
  const description = explanation.length > 0 ? explanation.join(' ') : question
  return timeFigure({ id, title, description }, groups)
}
