// "Which one for me?": what a comparison advises in a situation. Every sentence rests on measures of the run. A situation
// of which the run measured nothing is left out; what was not judged valid, or leaves a safeguard out on purpose, is shown
// and never advised.
import { REREAD } from '#engine/analysis/reread-measures.ts'
import type { Summary } from '#engine/run/summary.ts'
import { best } from './differences.ts'
import {
  headlines,
  medianOf,
  type RepeatedMeasure,
  repeatedMeasuresOf,
  formatted,
  verdictOf,
} from './repeated-measures.ts'

export type Recommendation = {
  condition: string
  advice: string
  /** Each with the scenario that it was measured in. */
  evidence: readonly { model: string; text: string; scenario: string }[]
}

type Told = Omit<Recommendation, 'condition'> | undefined
type Evidence = Recommendation['evidence'][number]

export function recommendations(summary: Summary): Recommendation[] {
  return SITUATIONS.flatMap(([condition, tell]) => {
    const told = summary.comparison ? tell(summary) : undefined
    return told ? [{ condition, ...told }] : []
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

const namesOf = (readings: readonly RepeatedMeasure[]): string => listed([...new Set(readings.map(modelOf))])

const modelOf = ({ subject }: RepeatedMeasure): string => subject.model

const ofSame = (readings: readonly RepeatedMeasure[], { subject }: RepeatedMeasure): RepeatedMeasure | undefined =>
  readings.find(each => each.subject.model === subject.model)

/** Whether every check of the composition held, at every rate and in every repetition, and it has all its safeguards. */
function isSound(
  { results }: Summary,
  scenario: string,
  { subject: { model, variant, disabledSafeguard } }: RepeatedMeasure,
): boolean {
  const own = results.filter(result => result.model === model && result.cell?.scenario === scenario)
  return disabledSafeguard === undefined && verdictOf({ results: own, variant }) === 'valid'
}

const each = (
  readings: readonly RepeatedMeasure[],
  scenario: string,
  say: (reading: RepeatedMeasure) => string,
): Evidence[] => readings.map(reading => ({ model: modelOf(reading), text: say(reading), scenario }))

/** Those that answered enough of the orders while the fault lasted, or the sentence that none did. */
function taking(
  summary: Summary,
  scenario: string,
  among: readonly RepeatedMeasure[],
  name: (reading: RepeatedMeasure) => string,
): string {
  const sound = among.filter(reading => isSound(summary, scenario, reading))
  const [most] = best(sound, 'most')
  if (!most) return NONE_SOUND
  const able = sound.filter(({ values }) => Math.min(...values) >= ENOUGH_PERCENT)
  if (able.length === 0)
    return `None of those compared; at most ${formatted(most)} of the orders had their right answer in time.`
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
const lasted = ({ results }: Summary, scenario: string): string =>
  `${(results.find(({ cell }) => cell?.scenario === scenario)?.settings.faultMs ?? 0) / 1_000} s`

function atOnce(summary: Summary): Told {
  const rate = usualRate(summary)
  const at = (name: string) => headlines(repeatedMeasuresOf(summary, 'healthy', name, rate))
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
      ? `Take ${namesOf(able)}: its answer carries the outcome, after ${listed(able.map(formatted))}.${rest}`
      : none
  const evidence = each(accepted, 'healthy', reading => {
    const done = ofSame(completed, reading)
    const what = answering.includes(reading) ? 'the answer, with its outcome,' : 'the answer that it was taken'
    return `${what} after ${formatted(reading)}${done ? `, the outcome and its confirmation after ${formatted(done)}` : ''} (medians at ${rate} orders a second)`
  })
  return { advice, evidence }
}

/** A service is back when it says that it is healthy; it may have caught up before. */
const sinceBack = (reading: RepeatedMeasure): string =>
  (medianOf(reading).value ?? 0) < 1 ? 'by the time it was back' : `${formatted(reading)} after it was back`

function partDown(summary: Summary): Told {
  const taken = headlines(repeatedMeasuresOf(summary, 'inventory-dead', 'during: availability'))
  if (taken.length === 0) return undefined
  const later = headlines(repeatedMeasuresOf(summary, 'inventory-dead', 'time to full recovery'))
  const evidence = each(taken, 'inventory-dead', reading => {
    const caught = ofSame(later, reading)
    const after = caught ? `; the last of those was completed ${sinceBack(caught)}` : ''
    return `${formatted(reading)} had their right answer within a second while Inventory was dead for ${lasted(summary, 'inventory-dead')}${after}`
  })
  return { advice: taking(summary, 'inventory-dead', taken, modelOf), evidence }
}

function betweenDown(summary: Summary): Told {
  const all = repeatedMeasuresOf(summary, 'broker-dead', 'during: availability')
  if (all.length === 0) return undefined
  const evidence = each(all, 'broker-dead', reading => {
    const { variant, disabledSafeguard } = reading.subject
    const why = disabledSafeguard === undefined ? 'see its verdict' : `its ${disabledSafeguard} is left out on purpose`
    const shown = isSound(summary, 'broker-dead', reading) ? '' : ` (not advised: ${why})`
    return `${variant}, ${formatted(reading)} had their right answer within a second meanwhile${shown}`
  })
  return {
    advice: taking(summary, 'broker-dead', all, ({ subject }) => `${subject.model} (${subject.variant})`),
    evidence,
  }
}

function readAgain(summary: Summary): Told {
  const read = headlines(repeatedMeasuresOf(summary, 'read-again', 'all read again after'))
  if (read.length === 0) return undefined
  const able = read.filter(reading => isSound(summary, 'read-again', reading))
  const asked = headlines(repeatedMeasuresOf(summary, 'read-again', 'requested'))
  const totals = headlines(repeatedMeasuresOf(summary, 'read-again', REREAD.total))
  const advice =
    able.length > 0
      ? `Take ${namesOf(able)}: a new reader began at the first order and had the same result ${listed(able.map(formatted))} after its process was started.`
      : NONE_SOUND
  const evidence = each(read, 'read-again', reading => {
    const orders = ofSame(asked, reading)
    const total = ofSame(totals, reading)
    const fromKill = total
      ? ` (${formatted(total)} after it was killed: the session of the dead member must expire)`
      : ''
    return `a reader that had lost everything had read ${orders ? formatted(orders) : 'all'} measured orders, and those before them, again ${formatted(reading)} after its new process was started${fromKill}`
  })
  const without = summary.comparison?.about.find(({ name }) => name === 'read-again')?.without ?? {}
  const unable = Object.entries(without).map(([model, why]) => ({ model, text: why, scenario: 'read-again' }))
  return { advice, evidence: [...evidence, ...unable] }
}

function bursts(summary: Summary): Told {
  const taken = headlines(repeatedMeasuresOf(summary, 'burst', 'during: availability'))
  if (taken.length === 0) return undefined
  const waited = headlines(repeatedMeasuresOf(summary, 'burst', 'longest wait'))
  const evidence = each(taken, 'burst', reading => {
    const oldest = ofSame(waited, reading)
    const longest = oldest
      ? `; before, in or after it no order waited longer for its completion than ${formatted(oldest)}`
      : ''
    return `${formatted(reading)} had their right answer within a second in the burst${longest}`
  })
  return { advice: taking(summary, 'burst', taken, modelOf), evidence }
}

function operated(summary: Summary): Told {
  const rate = usualRate(summary)
  const at = (name: string) => headlines(repeatedMeasuresOf(summary, 'healthy', name, rate))
  const memory = at('memory')
  if (memory.length === 0) return undefined
  const cpu = at('CPU')
  const sound = (all: readonly RepeatedMeasure[]) => all.filter(reading => isSound(summary, 'healthy', reading))
  const advice = thrifty(best(sound(memory), 'least'), best(sound(cpu), 'least'))
  const evidence = each(memory, 'healthy', reading => {
    const spent = ofSame(cpu, reading)
    return `${formatted(reading)} with all its processes${spent ? `, ${formatted(spent)} of processor time` : ''} (at ${rate} orders a second)`
  })
  return { advice, evidence }
}

/** Those that need least of both, else who needs least of each. @param cpu empty where none was measured */
function thrifty(memory: readonly RepeatedMeasure[], cpu: readonly RepeatedMeasure[]): string {
  if (memory.length === 0) return NONE_SOUND
  const held = `held ${listed(memory.map(formatted))}`
  if (cpu.length === 0) return `Take ${namesOf(memory)}: all processes together ${held}.`
  const both = memory.filter(reading => ofSame(cpu, reading))
  if (both.length === 0)
    return `None of those compared needs least of both: ${namesOf(memory)} ${held}, ${namesOf(cpu)} took ${listed(cpu.map(formatted))} of processor time.`
  const spent = both.flatMap(reading => ofSame(cpu, reading) ?? [])
  return `Take ${namesOf(both)}: all processes together held ${listed(both.map(formatted))}, and took ${listed(spent.map(formatted))} of processor time.`
}
