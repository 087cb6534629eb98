/**
 * Writes a run that has one history of many orders, as a real run would have left it: `write-run.ts <folder> <orders> <kind>`. In
 * a process of its own, so that what it takes to make a history is not taken for what it takes to judge it. The history of kind
 * `whole` is valid; in `troubled` a service without excuse lost connections, refused, timed out and dead-lettered.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { writeHistory } from '#engine/run/history-file.ts'
import { historyFile } from '#engine/run/result.ts'
import { type SampleOptions, sampleHistory } from '#engine/testing/sample-history.ts'
import { saveSummary } from '../../../lab/session/run-folder.ts'
import { sampleResult, sampleSummary } from '../../../lab/testing/sample-result.ts'

const [folder = '', orders = '', kind = ''] = process.argv.slice(2)
const KINDS: Readonly<Record<string, SampleOptions>> = {
  whole: { fates: ['answered', 'accepted'] },
  troubled: { polled: Number(orders) / 10, poisons: Number(orders) / 100 },
}
const [model, experiment, variant] = ['sync-rest', 'baseline-latency', 'steady']
const history = sampleHistory(1, Number(orders), KINDS[kind])

mkdirSync(join(folder, model, experiment), { recursive: true })
await writeHistory(historyFile(join(folder, model, experiment), variant), history)
const variants = sampleResult.variants.slice(0, 1).map(each => ({ ...each, name: variant }))
saveSummary(sampleSummary([{ ...sampleResult, model, experiment, variants }]), folder)
