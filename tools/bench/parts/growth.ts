// What an order costs as a model grows: in orders that are stored, in lines of an order, in partitions. Nothing is compared with a
// reference: what counts is whether a figure rises.
import { slopeOf, type Slope, BLOCKS } from '#engine/capacity/slope.ts'
import type { ComparableModel } from '#engine/experiment/comparison-adapter.ts'
import { createAdmin } from '../../../streaming-kafka/broker/admin.ts'
import { streamingKafka } from '../../../streaming-kafka/lab/model.ts'
import { topicSpecs } from '../../../streaming-kafka/messaging/topics.ts'
import { models } from '../../../lab/session/registry.ts'
import { openDataFolder } from '../../../lab/session/sweep.ts'
import { startModel, type Addresses, type DrivenModel, type Used } from '../setup/running-model.ts'

export type GrowthOptions = { quick: boolean; signal: AbortSignal; progress(line: string): void }

/** Of one model: what it used for each of `BLOCKS` loads, one after the other, and how that changes from one to the next. */
export type Growth = { model: string; ordersInBlock: number; blocks: Used[]; slopes: Record<keyof Used, Slope> }

/** What it used for an order of so many lines, or with so many partitions. */
export type Sized = { model: string; lines?: number; partitions?: number; used: Used }

const FIGURES: readonly (keyof Used)[] = ['cpuSecondsPer1000', 'megabytes', 'openFiles', 'ordersPerSecond']
const LINES = [1, 10, 100]
const PARTITIONS = [1, 4, 16]

/** A million orders through each model. */
export async function benchGrowth({ quick, signal, progress }: GrowthOptions): Promise<Growth[]> {
  const ordersInBlock = quick ? 500 : 100_000
  const found: Growth[] = []
  for (const model of models)
    await withModel(model, { signal, progress }, async driven => {
      await driven.drive({ runId: 'warm-up', orders: ordersInBlock / 10 })
      const blocks: Used[] = []
      for (let nth = 1; nth <= BLOCKS; nth++) {
        const used = await driven.drive({ runId: `block-${nth}`, orders: ordersInBlock })
        blocks.push(used)
        progress(
          `${model.name}: ${(nth * ordersInBlock).toLocaleString('en-US')} orders, ${used.ordersPerSecond.toFixed(0)} a second`,
        )
      }
      found.push({ model: model.name, ordersInBlock, blocks, slopes: slopesOf(blocks) })
    })
  return found
}

/** From one block to the next: a block stands where a second stands otherwise. */
const slopesOf = (blocks: readonly Used[]): Growth['slopes'] => {
  const slope = (figure: keyof Used) =>
    slopeOf(
      blocks.map(block => block[figure]),
      1,
    )
  return Object.fromEntries(FIGURES.map(figure => [figure, slope(figure)])) as Growth['slopes']
}

/** What an order of 1, 10 and 100 lines costs, and one with 1, 4 and 16 partitions of each topic. */
export async function benchSizes({ quick, signal, progress }: GrowthOptions): Promise<Sized[]> {
  const orders = quick ? 300 : 5_000
  const found: Sized[] = []
  for (const model of models)
    await withModel(model, { signal, progress }, async driven => {
      await driven.drive({ runId: 'warm-up', orders })
      for (const lines of LINES) {
        const used = await driven.drive({ runId: `lines-${lines}`, orders, lines })
        found.push({ model: model.name, lines, used })
        progress(`${model.name}: orders of ${lines} lines, ${used.ordersPerSecond.toFixed(0)} a second`)
      }
    })
  for (const partitions of PARTITIONS)
    await withModel(streamingKafka, { signal, progress, prepare: makeTopics(partitions) }, async driven => {
      await driven.drive({ runId: 'warm-up', orders })
      const used = await driven.drive({ runId: 'partitions', orders })
      found.push({ model: streamingKafka.name, partitions, used })
      progress(`${streamingKafka.name}: ${partitions} partitions, ${used.ordersPerSecond.toFixed(0)} orders a second`)
    })
  return found
}

/** Those topics that have several by default; a service takes a topic as it finds it. */
const makeTopics =
  (partitions: number) =>
  async ({ kafka }: Addresses, prefix: string): Promise<void> => {
    const admin = createAdmin(kafka ?? '', 'bench')
    const wanted = topicSpecs(prefix).map(spec => ({ ...spec, partitions: spec.partitions > 1 ? partitions : 1 }))
    try {
      await admin.ensureTopics(wanted, false)
    } finally {
      await admin.close()
    }
  }

type WithModel = Pick<GrowthOptions, 'signal' | 'progress'> & { prepare?: Parameters<typeof startModel>[2] }

/** On empty stores; nothing of it is left afterwards. */
async function withModel(
  model: ComparableModel,
  { signal, progress, prepare }: WithModel,
  work: (driven: DrivenModel) => Promise<void>,
): Promise<void> {
  const data = openDataFolder(`bench-${process.pid}`)
  try {
    await using ends = new AsyncDisposableStack()
    const context = { dataFolder: data.path, quick: false, signal, progress, ends }
    await work(await startModel(model, context, prepare))
  } finally {
    data.remove()
  }
}
