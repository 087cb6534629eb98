// "Which one for me?": what a comparison advises in a situation. Every sentence rests on measures of the run. A situation
// of which the run measured nothing is left out; what was not judged valid, or leaves a safeguard out on purpose, is shown
// and never advised.
import type { Summary } from '#engine/run/summary.ts'
import { best } from './differences.ts'
import { headlines, medianOf, type Reading, readingsOf, said } from './repeated-measures.ts'
import { verdictOf } from './configurations.ts'

export type Situation = {
  situation: string
  advice: string
  /** Each with the fault that it was measured in. */
  evidence: readonly { model: string; text: string; fault: string }[]
}

type Told = Omit<Situation, 'situation'> | undefined
type Evidence = Situation['evidence'][number]

export function situations(summary: Summary): Situation[] {
  return SITUATIONS.flatMap(([situation, tell]) => {
    const told = summary.comparison ? tell(summary) : undefined
    return told ? [{ situation, ...told }] : []
  })
}

const SITUATIONS: readonly [string, (summary: Summary) => Told][] = [
  ['The client must know the outcome at once.', atOnce],
  ['A part may be down for minutes, and orders must still be taken.', partDown],
  ['What stands between the parts may be down too.', betweenDown],
  ['Orders are read again by others, from the first.', readAgain],
  ['Orders come in bursts.', bursts],
  ['Whoever operates it has little memory and few processors.', operated],
]

const NONE_SOUND = 'None of those compared: none that could be advised was judged valid.'

/** Of the orders asked while a fault lasted so many must have been answered rightly for a model to be advised. */
const ENOUGH_PERCENT = 90

const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`

const namesOf = (readings: readonly Reading[]): string => listed([...new Set(readings.map(modelOf))])

const modelOf = ({ subject }: Reading): string => subject.model

const ofSame = (readings: readonly Reading[], { subject }: Reading): Reading | undefined =>
  readings.find(each => each.subject.model === subject.model)

/** Whether every check of the composition held, at every rate and in every repetition, and it has all its safeguards. */
function isSound({ results }: Summary, fault: string, { subject: { model, variant, leftOut } }: Reading): boolean {
  const own = results.filter(result => result.model === model && result.cell?.fault === fault)
  return leftOut === undefined && verdictOf({ results: own, variant }) === 'valid'
}

const each = (readings: readonly Reading[], fault: string, say: (reading: Reading) => string): Evidence[] =>
  readings.map(reading => ({ model: modelOf(reading), text: say(reading), fault }))

/** Those that answered enough of the orders while the fault lasted, or the sentence that none did. */
function taking(
  summary: Summary,
  fault: string,
  among: readonly Reading[],
  name: (reading: Reading) => string,
): string {
  const sound = among.filter(reading => isSound(summary, fault, reading))
  const [most] = best(sound, 'most')
  if (!most) return NONE_SOUND
  const able = sound.filter(({ values }) => Math.min(...values) >= ENOUGH_PERCENT)
  if (able.length === 0)
    return `None of those compared; at most ${said(most)} of the orders had their right answer in time.`
  const share = Math.min(...able.flatMap(({ values }) => values))
  const part = share === 100 ? 'all' : `at least ${(Math.floor(share * 10) / 10).toFixed(1)} %`
  return `Take ${listed(able.map(name))}: ${part} of the orders asked meanwhile had their right answer within a second.`
}

/** The rate in the middle of those that were run. */
const usualRate = ({ comparison }: Summary): number => {
  const rates = (comparison?.rates ?? []).toSorted((one, other) => one - other)
  return rates[Math.floor(rates.length / 2)] ?? 0
}

/** How long a fault was planned to last, in seconds. */
const lasted = ({ results }: Summary, fault: string): string =>
  `${(results.find(({ cell }) => cell?.fault === fault)?.settings.faultMs ?? 0) / 1_000} s`

function atOnce(summary: Summary): Told {
  const rate = usualRate(summary)
  const at = (name: string) => headlines(readingsOf(summary, 'healthy', name, rate))
  const accepted = at('accepted p50')
  if (accepted.length === 0) return undefined
  const completed = at('completed p50')
  const features = summary.comparison?.features ?? {}
  const answering = accepted.filter(reading => features[modelOf(reading)]?.includes('answers-with-outcome'))
  const able = answering.filter(reading => isSound(summary, 'healthy', reading))
  const others = 'that the order was taken, and the outcome is asked for later.'
  const rest = answering.length < accepted.length ? ` The others answer ${others}` : ''
  const none = answering.length > 0 ? NONE_SOUND : `None of those compared: each answers ${others}`
  const advice =
    able.length > 0
      ? `Take ${namesOf(able)}: its answer carries the outcome, after ${listed(able.map(said))}.${rest}`
      : none
  const evidence = each(accepted, 'healthy', reading => {
    const done = ofSame(completed, reading)
    const what = answering.includes(reading) ? 'the answer, with its outcome,' : 'the answer that it was taken'
    return `${what} after ${said(reading)}${done ? `, the outcome and its confirmation after ${said(done)}` : ''} (medians at ${rate} orders a second)`
  })
  return { advice, evidence }
}

/** A service is back when it says that it is healthy; it may have caught up before. */
const sinceBack = (reading: Reading): string =>
  (medianOf(reading).value ?? 0) < 1 ? 'by the time it was back' : `${said(reading)} after it was back`

function partDown(summary: Summary): Told {
  const taken = headlines(readingsOf(summary, 'inventory-dead', 'during: availability'))
  if (taken.length === 0) return undefined
  const later = headlines(readingsOf(summary, 'inventory-dead', 'heal to last completed'))
  const evidence = each(taken, 'inventory-dead', reading => {
    const caught = ofSame(later, reading)
    const after = caught ? `; the last of those was completed ${sinceBack(caught)}` : ''
    return `${said(reading)} had their right answer within a second while Inventory was dead for ${lasted(summary, 'inventory-dead')}${after}`
  })
  return { advice: taking(summary, 'inventory-dead', taken, modelOf), evidence }
}

function betweenDown(summary: Summary): Told {
  const all = readingsOf(summary, 'broker-dead', 'during: availability')
  if (all.length === 0) return undefined
  const evidence = each(all, 'broker-dead', reading => {
    const { variant, leftOut } = reading.subject
    const why = leftOut === undefined ? 'see its verdict' : `its ${leftOut} is left out on purpose`
    const shown = isSound(summary, 'broker-dead', reading) ? '' : ` (not advised: ${why})`
    return `${variant}, ${said(reading)} had their right answer within a second meanwhile${shown}`
  })
  return {
    advice: taking(summary, 'broker-dead', all, ({ subject }) => `${subject.model} (${subject.variant})`),
    evidence,
  }
}

function readAgain(summary: Summary): Told {
  const read = headlines(readingsOf(summary, 'read-again', 'all read again after'))
  if (read.length === 0) return undefined
  const able = read.filter(reading => isSound(summary, 'read-again', reading))
  const asked = headlines(readingsOf(summary, 'read-again', 'asked'))
  const advice =
    able.length > 0
      ? `Take ${namesOf(able)}: a new reader began at the first order and had come to the same after ${listed(able.map(said))}.`
      : NONE_SOUND
  const evidence = each(read, 'read-again', reading => {
    const orders = ofSame(asked, reading)
    return `a reader that had lost everything had read ${orders ? said(orders) : 'all'} measured orders, and those before them, again after ${said(reading)}`
  })
  const without = summary.comparison?.about.find(({ name }) => name === 'read-again')?.without ?? {}
  const unable = Object.entries(without).map(([model, why]) => ({ model, text: why, fault: 'read-again' }))
  return { advice, evidence: [...evidence, ...unable] }
}

function bursts(summary: Summary): Told {
  const taken = headlines(readingsOf(summary, 'burst', 'during: availability'))
  if (taken.length === 0) return undefined
  const waited = headlines(readingsOf(summary, 'burst', 'oldest waited'))
  const evidence = each(taken, 'burst', reading => {
    const oldest = ofSame(waited, reading)
    const longest = oldest
      ? `; before, in or after it no order waited longer for its completion than ${said(oldest)}`
      : ''
    return `${said(reading)} had their right answer within a second in the burst${longest}`
  })
  return { advice: taking(summary, 'burst', taken, modelOf), evidence }
}

function operated(summary: Summary): Told {
  const rate = usualRate(summary)
  const at = (name: string) => headlines(readingsOf(summary, 'healthy', name, rate))
  const memory = at('memory')
  if (memory.length === 0) return undefined
  const cpu = at('CPU')
  const sound = (all: readonly Reading[]) => all.filter(reading => isSound(summary, 'healthy', reading))
  const advice = thrifty(best(sound(memory), 'least'), best(sound(cpu), 'least'))
  const evidence = each(memory, 'healthy', reading => {
    const spent = ofSame(cpu, reading)
    return `${said(reading)} with all its processes${spent ? `, ${said(spent)} of processor time` : ''} (at ${rate} orders a second)`
  })
  return { advice, evidence }
}

/** Those that need least of both, else who needs least of each. @param cpu empty where none was measured */
function thrifty(memory: readonly Reading[], cpu: readonly Reading[]): string {
  if (memory.length === 0) return NONE_SOUND
  const held = `held ${listed(memory.map(said))}`
  if (cpu.length === 0) return `Take ${namesOf(memory)}: all processes together ${held}.`
  const both = memory.filter(reading => ofSame(cpu, reading))
  if (both.length === 0)
    return `None of those compared needs least of both: ${namesOf(memory)} ${held}, ${namesOf(cpu)} took ${listed(cpu.map(said))} of processor time.`
  const spent = both.flatMap(reading => ofSame(cpu, reading) ?? [])
  return `Take ${namesOf(both)}: all processes together held ${listed(both.map(said))}, and took ${listed(spent.map(said))} of processor time.`
}
