// A threshold: what a measure has to be, as a user or an experiment writes it: `completed p99 < 500 ms`, or of one variant
// `deadline below: availability >= 99 %`. Without a unit the number is in the measure's own.

export const OPS = ['<=', '>=', '<', '>'] as const
export type Op = (typeof OPS)[number]

/** `subject`: a measure, or a variant and its measure with a colon between. `unit` is empty where none was given. */
export type Threshold = { text: string; subject: string; op: Op; bound: number; unit: string }

const FORM = /^(?<subject>[^<>=]+?)\s*(?<op><=|>=|<|>)\s*(?<bound>[+-]?\d+(?:\.\d+)?)\s*(?<unit>[a-z%].*)?$/i

/** @throws Error with one sentence that shows the form */
export function parseThreshold(given: string): Threshold {
  const text = given.trim().replaceAll(/\s+/g, ' ')
  const { subject, op: sign, bound, unit = '' } = FORM.exec(text)?.groups ?? {}
  const op = OPS.find(each => each === sign)
  if (subject === undefined || op === undefined)
    throw new Error(
      `"${given}" is no threshold; it has the form "completed p99 < 500 ms", or "<variant>: <measure> >= 99 %", with <, <=, > or >=.`,
    )
  return { text, subject: subject.replaceAll(/ ?: ?/g, ': '), op, bound: Number(bound), unit }
}

/** Units of one kind, by how many of the smallest they are. */
const TIMES: Readonly<Record<string, number>> = { ms: 1, s: 1_000, min: 60_000 }

/** The bound in the unit of the measure; undefined where the units are of two kinds. */
export function boundIn(unit: string, { bound, unit: given }: Threshold): number | undefined {
  if (given === '' || given === unit) return bound
  const [from, to] = [TIMES[given], TIMES[unit]]
  return from === undefined || to === undefined ? undefined : (bound * from) / to
}
