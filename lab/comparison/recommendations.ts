// "Which one for me?": what a comparison recommends under a condition. Guarantees: every sentence rests on measures of the run;
// a condition for which the run measured nothing is left out; a configuration that is not valid, or that leaves out a safeguard
// on purpose, is shown and never recommended; a model whose measure is void, or set by the fault, is named as not compared; advice from a single run
// says so; where all models measured the same there is no advice.
import { REREAD } from '#engine/analysis/recovery.ts'
import type { Summary } from '#engine/run/summary.ts'
import { best, isLess } from './differences.ts'
import {
  formatted,
  isSound,
  mainMeasuresOf,
  medianValueOf,
  middleRate,
  modelOf,
  outageOf,
  type RepeatedMeasure,
  repeatedMeasuresOf,
  unmeasuredOf,
} from './repeated-measures.ts'

export type Recommendation = Advice & {
  condition: string
  /** Each with the scenario that it was measured in. */
  evidence: readonly { model: string; text: string; scenario: string }[]
}

type Advice = {
  /** The models to choose; none where no model qualifies, or where all measured the same. */
  choose: readonly string[]
  advice: string
}
type Evidence = Recommendation['evidence'][number]

/** What stands where the advice of a full comparison would. */
export const NO_ADVICE =
  'A quick comparison shows that everything works, and gives no advice: its numbers change from run to run. For advice:'
export const COMMAND_FOR_ADVICE = 'npm run lab -- compare'

/** None of a quick run: its few orders, measured once, would advise one thing today and another tomorrow. */
export function recommendations(summary: Summary): Recommendation[] {
  if (!summary.comparison || summary.profile === 'quick') return []
  return [outcomeAtOnce, inventoryDown, brokerDown, readAgain, bursts, scarceResources].flatMap(
    recommend => recommend(summary) ?? [],
  )
}

const NONE_VALID: Advice = {
  choose: [],
  advice: 'None of those compared: none of the candidates was judged valid.',
}

/** A model is recommended where the client could know the outcome of at least this share of the orders requested during a disruption. */
export const ENOUGH_PERCENT = 90

const disjunction = new Intl.ListFormat('en-GB', { type: 'disjunction' })
const alternatives = (words: readonly string[]): string => disjunction.format(words)

const modelsOf = (measures: readonly RepeatedMeasure[]): string[] => [...new Set(measures.map(modelOf))]

const namesOf = (measures: readonly RepeatedMeasure[]): string => alternatives(modelsOf(measures))

/** Advice that rests on a single run says so: another run may differ. @param text without its full stop */
function advise(choose: readonly RepeatedMeasure[], measures: readonly RepeatedMeasure[], text: string): Advice {
  const runs = measures.some(({ values }) => values.length < 2) ? ' (measured once)' : ''
  return { choose: modelsOf(choose), advice: `${text}${runs}.` }
}

const isSameConfiguration = (one: RepeatedMeasure, other: RepeatedMeasure): boolean =>
  modelOf(one) === modelOf(other) && one.configuration.variant === other.configuration.variant

/** A configuration's model, and its name where the model has several of them here. */
const namedAmong =
  (measures: readonly RepeatedMeasure[]) =>
  (measure: RepeatedMeasure): string => {
    const { model, variant } = measure.configuration
    return measures.filter(each => modelOf(each) === model).length > 1 ? `${model} (${variant})` : model
  }

const ofSameModel = (measures: readonly RepeatedMeasure[], measure: RepeatedMeasure): RepeatedMeasure | undefined =>
  measures.find(each => modelOf(each) === modelOf(measure))

/** Why a configuration is not recommended, to be added to what was measured of it. */
function notRecommended(summary: Summary, scenario: string, measure: RepeatedMeasure): string {
  if (isSound(summary, scenario, measure)) return ''
  const { disabledSafeguard } = measure.configuration
  const why = disabledSafeguard === undefined ? 'see its verdict' : `its ${disabledSafeguard} is left out on purpose`
  return ` (not recommended: ${why})`
}

const evidenceOf = (
  measures: readonly RepeatedMeasure[],
  scenario: string,
  text: (measure: RepeatedMeasure) => string,
): Evidence[] => measures.map(measure => ({ model: modelOf(measure), text: text(measure), scenario }))

/** The models of which nothing is known here, such as those whose measure is void, or says nothing of the model. */
const evidenceLacking = (summary: Summary, scenario: string, name: string, rate?: number): Evidence[] =>
  unmeasuredOf(summary, scenario, name, rate).map(measure => ({
    model: modelOf(measure),
    text: `${lackOf(measure, name)}, so it is not compared`,
    scenario,
  }))

function lackOf({ note, values, setByFault }: RepeatedMeasure, name: string): string {
  if (setByFault !== undefined && values.length > 0) return `${name} is set by the fault (${setByFault})`
  return `not measured (${name} has no value${note === undefined ? '' : `: ${note}`})`
}

/** By what models are compared under a disruption: a receipt alone says nothing of the order. */
type Ranked = { name: string; when: string }
const IN_THE_END: Ranked = { name: 'during: known in the end', when: 'in the end' }
const AT_ONCE: Ranked = { name: 'during: known in 1 s', when: 'within one second' }

/** The candidates of which clients could know enough of the outcomes, or why none is recommended. */
function knownAdvice(
  summary: Summary,
  scenario: string,
  { name, when }: Ranked,
  candidates: readonly RepeatedMeasure[],
  nameOf: (measure: RepeatedMeasure) => string,
): Advice {
  const sound = candidates.filter(measure => isSound(summary, scenario, measure))
  const [most] = best(sound, 'most')
  if (!most) return NONE_VALID
  const enough = sound.filter(({ values }) => Math.min(...values) >= ENOUGH_PERCENT)
  const of = (share: string) => `the outcome of ${share} of the orders requested meanwhile could be known ${when}`
  if (enough.length === 0) return advise([], sound, `None of those compared: ${of(`at most ${formatted(most)}`)}`)
  // One that is only a little below the limit may be above it in another run.
  const able = sound.filter(each => enough.some(one => one === each || !isLess(each, one)))
  const share = Math.min(...able.flatMap(({ values }) => values))
  const measured = of(share === 100 ? 'all' : `at least ${(Math.floor(share * 10) / 10).toFixed(1)} %`)
  const isWhole = unmeasuredOf(summary, scenario, name).length === 0
  const isNoDifference = isWhole && candidates.length > 1 && able.length === candidates.length
  if (isNoDifference) return advise([], able, `No difference measured: in each, ${measured}`)
  return advise(able, able, `${alternatives(able.map(nameOf))}: ${measured}`)
}

/** What could be known, and beside it who had a right answer at once. @param meanwhile completes "requested …" */
function knownText(
  summary: Summary,
  scenario: string,
  { when }: Ranked,
  measure: RepeatedMeasure,
  meanwhile: string,
): string {
  const beside = (name: string, text: (share: string) => string) =>
    repeatedMeasuresOf(summary, scenario, name)
      .filter(each => isSameConfiguration(each, measure))
      .map(other => text(formatted(other)))
      .join('')
  const soon = beside('during: known in 5 s', share => `, of ${share} within 5 s`)
  const answered = beside('during: availability', share => `; ${share} had their right answer within one second`)
  return `the outcome of ${formatted(measure)} of the orders requested ${meanwhile} could be known ${when}${soon}${answered}`
}

/** How long a disruption was planned to last. */
const plannedSeconds = ({ results }: Summary, scenario: string): string =>
  `${(results.find(({ cell }) => cell?.scenario === scenario)?.settings.faultMs ?? 0) / 1_000} s`

/** The measured outage, and the planned one where no kill and restart was recorded. */
function outageText(summary: Summary, scenario: string, { configuration }: RepeatedMeasure): string {
  const seconds = (outageOf(configuration)?.values ?? []).map(value => value / 1_000)
  if (seconds.length === 0) return plannedSeconds(summary, scenario)
  const [low, high] = [Math.min(...seconds).toFixed(1), Math.max(...seconds).toFixed(1)]
  return low === high ? `${low} s` : `${low} to ${high} s`
}

function outcomeAtOnce(summary: Summary): Recommendation | undefined {
  const rate = middleRate(summary)
  const at = (name: string) => mainMeasuresOf(summary, 'healthy', name, rate)
  const accepted = at('accepted p50')
  if (accepted.length === 0) return undefined
  const known = at('known p50')
  const features = summary.comparison?.features ?? {}
  const answering = accepted.filter(measure => features[modelOf(measure)]?.includes('answers-with-outcome'))
  const able = answering.filter(measure => isSound(summary, 'healthy', measure))
  const others = 'that the order was accepted, and the client requests the outcome later.'
  const found = advise(
    able,
    able,
    `${namesOf(able)}: its answer carries the outcome, after ${alternatives(able.map(formatted))}`,
  )
  const rest = answering.length < accepted.length ? ` The others answer ${others}` : ''
  const none =
    answering.length > 0 ? NONE_VALID : { choose: [], advice: `None of those compared: each answers ${others}` }
  const advice = able.length > 0 ? { ...found, advice: `${found.advice}${rest}` } : none
  const evidence = evidenceOf(accepted, 'healthy', measure => {
    // Where the answer carries the outcome, completion is no later moment.
    if (answering.includes(measure))
      return `the answer, with its outcome, after ${formatted(measure)} (median at ${rate} orders a second)`
    const shown = ofSameModel(known, measure)
    const later = shown ? `, and its outcome can be known after ${formatted(shown)}` : ''
    return `the answer, that the order was accepted, after ${formatted(measure)}${later} (medians at ${rate} orders a second)`
  })
  const lacking = evidenceLacking(summary, 'healthy', 'accepted p50', rate)
  return { condition: 'The client must know the outcome at once.', ...advice, evidence: [...evidence, ...lacking] }
}

function inventoryDown(summary: Summary): Recommendation | undefined {
  const scenario = 'inventory-dead'
  const known = repeatedMeasuresOf(summary, scenario, IN_THE_END.name)
  if (known.length === 0) return undefined
  const recovered = repeatedMeasuresOf(summary, scenario, 'time to full recovery')
  const nameOf = namedAmong(known)
  const evidence = evidenceOf(known, scenario, measure => {
    const recovery = recovered.find(each => isSameConfiguration(each, measure))
    const after = recovery ? `; all was well ${recoveryText(recovery)}` : ''
    const meanwhile = `while Inventory was down for ${outageText(summary, scenario, measure)}`
    const { model, variant } = measure.configuration
    const which = nameOf(measure) === model ? '' : `${variant}, `
    return `${which}${knownText(summary, scenario, IN_THE_END, measure, meanwhile)}${after}${notRecommended(summary, scenario, measure)}`
  })
  const advice = knownAdvice(summary, scenario, IN_THE_END, known, nameOf)
  const condition = `Inventory may be down for ${plannedSeconds(summary, scenario)}, and what is ordered meanwhile must still be decided.`
  const lacking = evidenceLacking(summary, scenario, IN_THE_END.name)
  return { condition, ...advice, evidence: [...evidence, ...lacking] }
}

/** The time to start is a part of it. */
const recoveryText = (recovery: RepeatedMeasure): string =>
  medianValueOf(recovery) < 1
    ? 'by the time it was started again'
    : `again ${formatted(recovery)} after the command to start it again`

const KILLED_BROKER = /^kill (rabbitmq|kafka)$/

/** Of models with a broker: in the others the scenario kills a service in its place. */
function brokerDown(summary: Summary): Recommendation | undefined {
  const scenario = 'broker-dead'
  const all = repeatedMeasuresOf(summary, scenario, IN_THE_END.name)
  const hasBroker = ({ configuration: { results } }: RepeatedMeasure): boolean =>
    results.some(({ marks }) => marks.some(({ label }) => KILLED_BROKER.test(label)))
  const known = all.filter(hasBroker)
  if (known.length === 0) return undefined
  const evidence = evidenceOf(known, scenario, measure => {
    const { variant } = measure.configuration
    const meanwhile = `while the broker was down for ${outageText(summary, scenario, measure)}`
    const aside = notRecommended(summary, scenario, measure)
    return `${variant}, ${knownText(summary, scenario, IN_THE_END, measure, meanwhile)}${aside}`
  })
  const nameOf = ({ configuration: { model, variant } }: RepeatedMeasure) => `${model} (${variant})`
  const advice = knownAdvice(summary, scenario, IN_THE_END, known, nameOf)
  const brokerless = new Set(all.filter(measure => !hasBroker(measure)).map(modelOf))
  const without = [...brokerless].map(model => ({ model, text: 'has no broker that could be down', scenario }))
  const lacking = evidenceLacking(summary, scenario, IN_THE_END.name)
  return { condition: 'The broker itself may be down.', ...advice, evidence: [...evidence, ...lacking, ...without] }
}

function readAgain(summary: Summary): Recommendation | undefined {
  const scenario = 'read-again'
  const of = (name: string) => mainMeasuresOf(summary, scenario, name)
  const read = of('all read again after')
  if (read.length === 0) return undefined
  const [requested, totals] = [of('requested'), of(REREAD.total)]
  const able = read.filter(measure => isSound(summary, scenario, measure))
  const text = 'a reader that had lost its state read all orders again, with the same result'
  const advice = able.length > 0 ? advise(able, able, `${namesOf(able)}: ${text}`) : NONE_VALID
  const evidence = evidenceOf(read, scenario, measure => {
    const orders = ofSameModel(requested, measure)
    const total = ofSameModel(totals, measure)
    const waited =
      "offsets can be reset only in a group without members, and the dead member's session had to expire first"
    const fromKill = total ? ` (${formatted(total)} from the kill: ${waited})` : `; ${waited}`
    return `all orders (${orders ? `${formatted(orders)} measured, and ` : ''}those of the warm-up) were read again ${formatted(measure)} after the start of the new process${fromKill}`
  })
  const without = summary.comparison?.about.find(({ name }) => name === scenario)?.without ?? {}
  const unable = Object.entries(without).map(([model, why]) => ({ model, text: why, scenario }))
  return {
    condition: 'A reader that has lost its state reads all orders again.',
    ...advice,
    evidence: [...evidence, ...evidenceLacking(summary, scenario, 'all read again after'), ...unable],
  }
}

function bursts(summary: Summary): Recommendation | undefined {
  const scenario = 'burst'
  const known = mainMeasuresOf(summary, scenario, AT_ONCE.name)
  if (known.length === 0) return undefined
  const waits = mainMeasuresOf(summary, scenario, 'longest wait')
  const evidence = evidenceOf(known, scenario, measure => {
    const longest = ofSameModel(waits, measure)
    const wait = longest ? `; the longest time until an order was completed was ${formatted(longest)}` : ''
    return `${knownText(summary, scenario, AT_ONCE, measure, 'during the burst')}${wait}`
  })
  const advice = knownAdvice(summary, scenario, AT_ONCE, known, modelOf)
  const lacking = evidenceLacking(summary, scenario, AT_ONCE.name)
  return { condition: 'Orders come in bursts.', ...advice, evidence: [...evidence, ...lacking] }
}

function scarceResources(summary: Summary): Recommendation | undefined {
  const rate = middleRate(summary)
  const at = (name: string) => mainMeasuresOf(summary, 'healthy', name, rate)
  const memory = at('memory')
  if (memory.length === 0) return undefined
  const cpu = at('CPU')
  const sound = (all: readonly RepeatedMeasure[]) => all.filter(measure => isSound(summary, 'healthy', measure))
  const [least, leastCpu] = [best(sound(memory), 'least'), best(sound(cpu), 'least')]
  const lacking = evidenceLacking(summary, 'healthy', 'memory', rate)
  const isNoDifference =
    lacking.length === 0 && memory.length > 1 && least.length === memory.length && leastCpu.length === cpu.length
  const advice = isNoDifference ? advise([], memory, 'No difference measured') : leastResources(least, leastCpu)
  const evidence = evidenceOf(memory, 'healthy', measure => {
    const spent = ofSameModel(cpu, measure)
    return `memory ${formatted(measure)}${spent ? `, CPU time ${formatted(spent)}` : ''}, of all its processes (at ${rate} orders a second)`
  })
  return { condition: 'Memory and CPU are scarce.', ...advice, evidence: [...evidence, ...lacking] }
}

/** Those that need least of both, else those that need least of each. @param cpu empty where it was not measured */
function leastResources(memory: readonly RepeatedMeasure[], cpu: readonly RepeatedMeasure[]): Advice {
  if (memory.length === 0) return NONE_VALID
  const textOf = (name: string, measures: readonly RepeatedMeasure[]) =>
    `${name} ${alternatives(measures.map(formatted))}`
  const together = 'of all processes together'
  if (cpu.length === 0) return advise(memory, memory, `${namesOf(memory)}: ${textOf('memory', memory)}, ${together}`)
  const both = memory.filter(measure => ofSameModel(cpu, measure))
  if (both.length === 0) {
    const each = `${namesOf(memory)} ${textOf('memory', memory)}, ${namesOf(cpu)} ${textOf('CPU time', cpu)}`
    return advise([], [...memory, ...cpu], `None of those compared needs least of both: ${each}`)
  }
  const cpuOfBoth = both.flatMap(measure => ofSameModel(cpu, measure) ?? [])
  const needs = `${textOf('memory', both)} and ${textOf('CPU time', cpuOfBoth)}`
  return advise(both, both, `${namesOf(both)}: ${needs}, ${together}`)
}
