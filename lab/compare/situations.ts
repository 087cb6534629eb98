// "Which one for me?": what a comparison advises in a situation. Every sentence rests on a measure of the run, and a
// situation of which the run measured nothing is left out.
import type { Summary } from '#common/experiment/summary.ts'
import { faultAnchor } from '../report/anchors.ts'
import type { Situation } from '../report/situation.ts'
import { best, headlines, type Reading, readingsOf } from './readings.ts'

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
  ['Few people operate it, on little hardware.', operated],
]

const names = (readings: readonly Reading[]): string => listed([...new Set(readings.map(({ model }) => model))])

const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`

/** "Take a": or that the run tells none of them from the others. */
function take(readings: readonly Reading[], among: readonly Reading[], because: string): string {
  if (readings.length === among.length && among.length > 1)
    return `Any of them: ${because}, and no difference can be claimed.`
  return `Take ${names(readings)}: ${because}.`
}

const each = (readings: readonly Reading[], fault: string, say: (reading: Reading) => string): Evidence[] =>
  readings.map(reading => ({ text: `${reading.model}: ${say(reading)}`, href: `#${faultAnchor(fault)}` }))

/** The rate in the middle of those that were run. */
const usualRate = ({ comparison }: Summary): number => {
  const rates = (comparison?.rates ?? []).toSorted((one, other) => one - other)
  return rates[Math.floor(rates.length / 2)] ?? 0
}

function atOnce(summary: Summary): Told {
  const rate = usualRate(summary)
  const at = (name: string) => headlines(readingsOf(summary, 'healthy', name, rate))
  const accepted = at('accepted p50')
  if (accepted.length === 0) return undefined
  const completed = at('completed p50')
  const features = summary.comparison?.features ?? {}
  const answering = accepted.filter(({ model }) => features[model]?.includes('answers-with-outcome'))
  const advice =
    answering.length > 0
      ? `Take ${names(answering)}: the answer carries the outcome. The others answer that the order was taken, and the outcome is asked for later.`
      : 'None of those compared: each answers that the order was taken, and the outcome is asked for later.'
  const evidence = each(accepted, 'healthy', reading => {
    const done = completed.find(({ model }) => model === reading.model)
    const what = answering.includes(reading) ? 'the answer, with its outcome,' : 'the answer that it was taken'
    return `${what} after ${reading.text}${done ? `, reserved and confirmed after ${done.text}` : ''} (medians at ${rate} orders a second)`
  })
  return { advice, evidence }
}

function partDown(summary: Summary): Told {
  const taken = headlines(readingsOf(summary, 'inventory-dead', 'during: availability'))
  if (taken.length === 0) return undefined
  const later = headlines(readingsOf(summary, 'inventory-dead', 'heal to last completed'))
  const advice = take(best(taken, 'most'), taken, 'it answers while Inventory is dead, and catches up when it is back')
  const evidence = each(taken, 'inventory-dead', ({ model, text }) => {
    const caught = later.find(reading => reading.model === model)
    return `${text} had their right answer within a second while Inventory was dead${caught ? `; the last of those placed was completed ${caught.text} after the heal` : ''}`
  })
  return { advice, evidence }
}

function betweenDown(summary: Summary): Told {
  const all = readingsOf(summary, 'broker-dead', 'during: availability')
  if (all.length === 0) return undefined
  const good = best(all, 'most')
  const words = good.map(({ model, variant }) => `${model} ${variant}`)
  const advice =
    good.length === all.length
      ? 'Any of them: no difference can be claimed.'
      : `Take ${listed(words)}. Look at what stands before the broker, not at the broker: of one model, only the compositions differ here.`
  const evidence = each(
    all,
    'broker-dead',
    ({ variant, text }) => `${variant}, ${text} had their right answer within a second meanwhile`,
  )
  return { advice, evidence }
}

function readAgain(summary: Summary): Told {
  const able = headlines(readingsOf(summary, 'read-again', 'all read again after'))
  if (able.length === 0) return undefined
  const asked = headlines(readingsOf(summary, 'read-again', 'asked'))
  const advice = `Take ${names(able)}: a new reader begins at the first order and comes to the same.`
  const evidence = each(able, 'read-again', ({ model, text }) => {
    const orders = asked.find(reading => reading.model === model)
    return `a reader that had lost everything had read ${orders?.text ?? 'all'} measured orders, and those before them, again after ${text}`
  })
  const without = summary.comparison?.about.find(({ name }) => name === 'read-again')?.without ?? {}
  const unable = Object.entries(without).map(([model, why]) => ({
    text: `${model}: ${why}`,
    href: `#${faultAnchor('read-again')}`,
  }))
  return { advice, evidence: [...evidence, ...unable] }
}

function bursts(summary: Summary): Told {
  const taken = headlines(readingsOf(summary, 'burst', 'during: availability'))
  if (taken.length === 0) return undefined
  const waited = headlines(readingsOf(summary, 'burst', 'oldest waited'))
  const good = best(taken, 'most')
  const advice = take(good, taken, 'it takes a burst of ten times the rate')
  const evidence = each(taken, 'burst', ({ model, text }) => {
    const oldest = waited.find(reading => reading.model === model)
    return `${text} had their right answer within a second in the burst${oldest ? `; the order that waited longest waited ${oldest.text}` : ''}`
  })
  return { advice, evidence }
}

function operated(summary: Summary): Told {
  const rate = usualRate(summary)
  const at = (name: string) => headlines(readingsOf(summary, 'healthy', name, rate))
  const memory = at('memory')
  if (memory.length === 0) return undefined
  const cpu = at('CPU')
  const advice = take(best(memory, 'least'), memory, 'it holds the least memory')
  const evidence = each(memory, 'healthy', ({ model, text }) => {
    const spent = cpu.find(reading => reading.model === model)
    return `${text} with all its processes${spent ? `, ${spent.text}` : ''} (at ${rate} orders a second)`
  })
  return { advice, evidence }
}
