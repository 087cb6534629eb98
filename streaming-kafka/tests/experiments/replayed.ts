// Measures and checks of the experiment on replay. They compare what the timeline read in the first and in the last pass.
import { Type, type Static } from '#common/contracts/type.ts'
import { type Check, defineCheck, invalid, valid, vacuous } from '#engine/checks/check.ts'
import { metricsAsSent } from '#engine/checks/metrics-as-sent.ts'
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

/** `more`: orders that the timeline published before the second pass. */
export const asSent = (more: number): Check => metricsAsSent(history => [passesOf(history)[1].metrics], more)

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
