// What a search found, in words and tables: for the terminal and the page, from the file alone. No number without its verdict.
import type { Verdict } from '#engine/checks/check.ts'
import { coloured, SIGNS } from '../report/terminal/report.ts'
import { draw } from '../report/terminal/table.ts'
import type { Beyond, CapacityFile, ModelCapacity, Probe } from './capacity-file.ts'
import { slopeText } from './judge.ts'
import { disturbedBy } from './result.ts'

export const rateText = (rate: number): string => rate.toLocaleString('en-US', { maximumFractionDigits: 2 })

const msText = ({ ms, atLeast, atMost }: Probe['latencies']['known']['p50']): string => {
  if (ms === null) return '–'
  const digits = ms < 10 ? 2 : ms < 100 ? 1 : 0
  const number = ms.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
  return `${atLeast ? '≥ ' : atMost ? '≤ ' : ''}${number}`
}

/** Of a rate: that it is sustained, was found so though it is not certain, or is not. */
const SIGN_OF: Record<Probe['verdict'], string> = { sustained: '✔', 'not sustained': '✘', defect: '✘' }

const verdictText = ({ verdict, length }: Pick<Probe, 'verdict' | 'length'>): string => {
  const isExpected = length === 'beyond' && verdict === 'not sustained'
  return isExpected ? 'beyond' : `${SIGN_OF[verdict]} ${verdict}`
}

/** One line for each probe, as it is done. */
export function probeLine(model: string, probe: Probe): string {
  const { ordersPerSecond, latencies, reasons } = probe
  const known = `known p50 ${msText(latencies.known.p50)} ms, p99 ${msText(latencies.known.p99)} ms`
  const why = reasons.length > 0 ? `: ${reasons.join('; ')}` : ''
  return `${model}: ${rateText(ordersPerSecond)} orders a second: ${verdictText(probe)}${why} (${known})`
}

export const PROBE_HEADS = [
  'orders/s',
  'seconds',
  'verdict',
  'known\np50 ms',
  'known\np99 ms',
  'not\nserved',
  'backlog/s',
  'peak\nbacklog',
  'idle %',
]

/** A cell for each of the heads. */
export const probeCells = (probe: Probe): string[] => [
  rateText(probe.ordersPerSecond),
  rateText(probe.measuredSeconds),
  verdictText(probe),
  msText(probe.latencies.known.p50),
  msText(probe.latencies.known.p99),
  probe.notServed.toLocaleString('en-US'),
  probe.backlog.slope ? slopeText(probe.backlog.slope) : '–',
  probe.backlog.peak.toLocaleString('en-US'),
  probe.machineIdleShare === null ? '–' : (100 * probe.machineIdleShare).toFixed(0),
]

/** Column of the verdict, which is text. */
const VERDICT_COLUMN = PROBE_HEADS.indexOf('verdict')

export const percentText = (share: number): string => `${Math.round(100 * share)} %`

/** `sync-rest sustains 1,230 orders a second (fails at …); limited by …`. */
export function sentenceOf(result: ModelCapacity, cores: number): string {
  const { model, sustained, limiter, failure } = result
  if (failure !== undefined) return `${model} could not be measured to the end: ${failure}`
  const defect = result.probes.find(({ verdict }) => verdict === 'defect')
  if (result.ended === 'defect' && defect)
    return `${model} is broken at ${rateText(defect.ordersPerSecond)} orders a second, which is a defect and no limit: ${defect.reasons.join('; ')}.`
  if (sustained === null) return `${model}: no rate was found that it sustains${endedText(result)}.`
  const found = `${model} sustains ${result.notSustained === null ? 'at least ' : ''}${rateText(sustained)} orders a second`
  return `${found}${failsText(result)}${limiter ? `; ${limiter.sentence}` : ''}${endedText(result)}.${disturbedText(result, cores)}`
}

function failsText({ probes, notSustained }: ModelCapacity): string {
  if (notSustained === null) return ''
  const last = probes.findLast(
    ({ ordersPerSecond, verdict }) => ordersPerSecond === notSustained && verdict === 'not sustained',
  )
  return ` (fails at ${rateText(notSustained)}: ${last?.reasons.join('; ') ?? 'not sustained'})`
}

function endedText({ ended, isConfirmed }: ModelCapacity): string {
  if (ended === 'time' && isConfirmed) return '. There was no time to come closer'
  if (ended === 'time') return '. There was no time to confirm it by a long probe'
  if (ended === 'interrupted') return '. The search was interrupted'
  return ended === 'too-slow' ? ', down to five orders a second' : ''
}

function disturbedText(result: ModelCapacity, cores: number): string {
  const others = disturbedBy(result, cores)
  if (others === undefined) return ''
  return ` Other programs took ${others.toFixed(1)} of ${cores} cores meanwhile, so that this says little of the model.`
}

export function beyondText(model: string, { probe, shedShare, recoverySeconds }: Beyond): string {
  const { ordersPerSecond, measuredSeconds, backlog, checks, notServed, requested } = probe
  const asked = `${model} at ${rateText(ordersPerSecond)} orders a second for ${rateText(measuredSeconds)} s`
  const kept = probe.verdict === 'sustained' ? 'it kept up, so that this is not beyond its capacity; ' : ''
  const shed =
    shedShare === 0
      ? 'it turned nobody away'
      : `it turned ${percentText(shedShare)} away at once (503 with Retry-After)`
  const others = notServed - Math.round(shedShare * requested)
  const unserved = others > 0 ? `, and did not serve ${others.toLocaleString('en-US')} others` : ''
  const recovery =
    recoverySeconds === null
      ? 'not every order was decided in time'
      : `the last order was decided ${recoverySeconds.toFixed(1)} s after the load`
  const broken = checks.filter(({ verdict }) => verdict === 'invalid')
  const sound =
    broken.length === 0
      ? 'no check is invalid'
      : `invalid: ${broken.map(({ name, detail }) => `${name} (${detail})`).join(', ')}`
  return `Beyond: ${asked}: ${kept}${shed}${unserved}; at most ${backlog.peak.toLocaleString('en-US')} orders waited; ${recovery}; ${sound}.`
}

/** @param width of the terminal */
export function capacityText(file: CapacityFile, where: string, width: number): string {
  const blocks = file.results.map(result => modelText(result, file, width))
  const budget = file.budget === null ? '' : `Budget: ${file.budget}. `
  return [...blocks, `${budget}Seed ${file.seed}. Results: ${where}`].join('\n\n')
}

function modelText(result: ModelCapacity, { machine }: CapacityFile, width: number): string {
  const { model, configuration, durability, verdict, probes, limiter, beyond } = result
  const ordered = probes.toSorted((one, other) => one.ordersPerSecond - other.ordersPerSecond)
  const rows = [...ordered, ...(beyond ? [beyond.probe] : [])].map(probeCells)
  return [
    `${model} (${configuration}; an accepted order is ${durability})`,
    rows.length === 0 ? '' : draw(PROBE_HEADS, rows, [VERDICT_COLUMN], width),
    limiter ? limiterTable(limiter, width) : '',
    coloured(verdict, `${SIGNS[verdict]} ${verdict}: ${sentenceOf(result, machine.cores)}`),
    beyond ? coloured(soundness(beyond), `${SIGNS[soundness(beyond)]} ${beyondText(model, beyond)}`) : '',
  ]
    .filter(text => text !== '')
    .join('\n')
}

const soundness = ({ probe }: Beyond): Verdict => (probe.verdict === 'defect' ? 'invalid' : 'valid')

/** How it is known what limits: the utilizations at the least rate that was not sustained. */
const limiterTable = ({ utilizations }: NonNullable<ModelCapacity['limiter']>, width: number): string =>
  draw(
    ['busy part', 'share', 'how it is known'],
    utilizations.map(({ resource, share, detail }) => [resource, percentText(share), detail]),
    [0, 2],
    width,
  )
