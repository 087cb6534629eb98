// Measures and checks of the experiment on replay. They compare what the timeline read in the first and in the last pass.
import { Type, type Static } from 'typebox'
import { type Check, defineCheck, invalid, valid, vacuous } from '#engine/checks/check.ts'
import type { History } from '#engine/run/history.ts'
import type { Measure } from '#engine/run/summary.ts'
import { parse } from '#common/contracts/parse.ts'
import { MetricsView, ProgressView } from '../../analytics_consumer/counts.ts'

type Pass = { metrics: Static<typeof MetricsView>; progress: Static<typeof ProgressView> }

/** The first and the last pass over the log, as the timeline read them: the metrics and the progress of each. */
function passesOf({ executedSteps }: History): [Pass, Pass] {
  const results = executedSteps.filter(({ action }) => action === 'read').map(({ result }) => result)
  if (results.length < 4) throw new Error('the timeline did not read the metrics twice')
  const passOf = ([metrics, progress]: unknown[]): Pass => ({
    metrics: parse(MetricsView, metrics, 'metrics'),
    progress: parse(ProgressView, progress, 'progress'),
  })
  return [passOf(results.slice(0, 2)), passOf(results.slice(-2))]
}

function fileOf({ progress }: Pass): { bytes: number; sha256: string } {
  if (progress.metricsFile) return progress.metricsFile
  throw new Error('analytics_consumer has written no metrics.json')
}

/** Both passes wrote the same `metrics.json`, byte for byte. */
export const equalBytes: Check = defineCheck(
  'metrics equal',
  'the recomputed metrics.json is the same file',
  history => {
    const [first, last] = passesOf(history)
    const [before, after] = [fileOf(first), fileOf(last)]
    if (before.sha256 === after.sha256) return valid(`Both files have ${after.bytes} bytes and the same SHA-256.`)
    return invalid(`SHA-256 before ${before.sha256}, after ${after.sha256}.`)
  },
)

/** The control: with one more record the file must differ. Otherwise its equality would prove nothing. */
export const differs: Check = defineCheck('metrics differ', 'with one more record metrics.json differs', history => {
  const [before, after] = passesOf(history)
  if (fileOf(before).sha256 === fileOf(after).sha256) return invalid('Both files are equal.')
  return valid(`${before.metrics.orders} orders before, ${after.metrics.orders} after.`)
})

/** Both passes read equally many records of each partition: none was skipped or read twice, also across a kill. */
export const equalReads: Check = defineCheck(
  'records read equal',
  'both passes read the same number of records of each partition',
  history => {
    const [before, after] = passesOf(history).map(({ progress }) => JSON.stringify(progress.partitions))
    if (before !== after) return invalid(`Before ${before}, after ${after}.`)
    return valid(`Each pass read ${totalReads(passesOf(history)[1])} records, equally many in every partition.`)
  },
)

/** The first pass read what was in the log when its end offsets were pinned. */
export const readsToPins: Check = defineCheck(
  'read to the pins',
  'the first pass read up to the pinned end offsets',
  history => {
    const pins = history.executedSteps.find(({ action }) => action === 'pin-offsets')?.result
    const ends = parse(Type.Record(Type.String(), Type.Array(Type.Integer())), pins, 'pins')
    const written = Object.values(ends)
      .flat()
      .reduce((sum, end) => sum + end, 0)
    if (written === 0) return vacuous('The log was empty.')
    const read = totalReads(passesOf(history)[0])
    return read === written
      ? valid(`All of ${read} records were read.`)
      : invalid(`${read} of ${written} records were read.`)
  },
)

const totalReads = ({ progress }: Pass): number => progress.partitions.reduce((sum, { records }) => sum + records, 0)

/**
 * The metrics agree with what the lab knows by itself: every order that was answered 2xx, the failures that its load
 * must cause, and each order in a minute between its request and its answer. `more`: orders that the timeline published.
 */
export const asSent = (more: number): Check =>
  defineCheck('metrics as sent', 'the metrics agree with what the lab sent', history => {
    const { metrics } = passesOf(history)[1]
    const accepted = history.attempts.filter(({ answer }) => answer.kind === 'status' && answer.status === 202)
    if (accepted.length < history.attempts.length) return vacuous('Some orders were not accepted.')
    const expected = expectedOf(history, more)
    const got = { orders: metrics.orders, ...metrics.outcomes }
    const wrong = Object.entries(expected).filter(([name, value]) => got[name as keyof typeof got] !== value)
    const minutes = wrongMinutes(history, metrics, more)
    const complaints = [...wrong.map(([name, value]) => `${name} is not ${value}`), ...minutes]
    if (complaints.length > 0) return invalid(`${complaints.join('; ')}: ${JSON.stringify(metrics)}`)
    return valid(`${got.orders} orders, ${got.reserved} reserved, ${got.failed} failed, each in its minute.`)
  })

function expectedOf({ planned, openingStock }: History, more: number) {
  const scarce = planned.filter(({ expected }) => expected === 'scarce')
  const kitchen = scarce[0] && openingStock[scarce[0].kitchenId]
  const stock = Object.values(kitchen ?? {}).reduce((sum, units) => sum + units, 0)
  const failed = planned.filter(({ expected }) => expected === 'failed').length + Math.max(0, scarce.length - stock)
  return { orders: planned.length + more, failed, reserved: planned.length - failed + more }
}

/** An order belongs to the minute between its start and its answer. When the two are in different minutes, either is right. */
function wrongMinutes(history: History, { ordersPerMinute }: Pass['metrics'], more: number): string[] {
  const wallMinusNs = Date.now() * 1e6 - Number(process.hrtime.bigint())
  const minuteOf = (ns: number) => new Date((ns + wallMinusNs) / 1e6).toISOString().slice(0, 16)
  const sure = new Map<string, number>()
  const possible = new Map<string, number>()
  const add = (map: Map<string, number>, minute: string) => map.set(minute, (map.get(minute) ?? 0) + 1)
  for (const { startedNs, answeredNs = startedNs } of history.attempts) {
    const minutes = new Set([minuteOf(startedNs - 5e6), minuteOf(answeredNs + 5e6)])
    for (const minute of minutes) add(possible, minute)
    if (minutes.size === 1) add(sure, [...minutes][0] ?? '')
  }
  return Object.keys({ ...ordersPerMinute, ...Object.fromEntries(sure) }).flatMap(minute => {
    const counted = ordersPerMinute[minute] ?? 0
    const inBounds = counted >= (sure.get(minute) ?? 0) && counted <= (possible.get(minute) ?? 0) + more
    return inBounds ? [] : [`minute ${minute} has ${counted} orders`]
  })
}

/** The numbers of the first and the last pass, side by side. */
export function replayMeasures(history: History): Omit<Measure, 'variant'>[] {
  const [before, after] = passesOf(history)
  const of = (when: string, pass: Pass) => [
    { name: `${when}: orders`, unit: 'orders', value: pass.metrics.orders },
    {
      name: `${when}: failure rate`,
      unit: '%',
      value: pass.metrics.failureRate === null ? null : pass.metrics.failureRate * 100,
    },
    { name: `${when}: minutes`, unit: 'minutes', value: Object.keys(pass.metrics.ordersPerMinute).length },
    { name: `${when}: records read`, unit: 'records', value: totalReads(pass) },
    { name: `${when}: file`, unit: 'bytes', value: fileOf(pass).bytes },
  ]
  return [...of('before', before), ...of('after', after)]
}
