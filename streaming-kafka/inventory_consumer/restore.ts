// What inventory_consumer restores from the log before it decides: the initial stock, and the decisions. The initial stock
// is a record of the log, so that decisions made again from the log begin with the same stock.
import { orUndefined } from '#common/messaging/read-event.ts'
import { isDeepStrictEqual } from 'node:util'
import { orderOf, outcomeOf } from '#common/contracts/events.ts'
import { parse, parseJson } from '#common/contracts/parse.ts'
import { InitialStockTable } from '#common/service/initial-stock.ts'
import { applyDecision } from '#common/workflow/reserve-stock.ts'
import type { Mark } from '#common/stores/mark.ts'
import type { PositionsTables } from '#common/stores/positions.ts'
import type { StockTables } from '#common/stores/stock.ts'
import type { ServiceStore } from '#common/stores/group-commit.ts'
import { retryUntilClosed } from '#common/service/retry.ts'
import type { StockTx } from '#common/workflow/store.ts'
import { readFirst } from '../broker/log-reader.ts'
import { type LogRecord, readInventoryEvent } from '../broker/record.ts'
import type { KafkaConnection } from '../messaging/connection.ts'
import { materialize } from '../messaging/materialize.ts'

/**
 * The initial stock of the log; `given` is written when the log has none yet. The first record counts for ever: two
 * services that write it at once agree on the record that came first.
 */
export async function agreeOnStock(kafka: KafkaConnection, given: InitialStockTable): Promise<InitialStockTable> {
  const topic = kafka.topics.initialStock
  const read = () => readFirst(kafka, kafka.specs('initialStock'))
  let first = await read()
  if (!first) {
    await kafka.producer.send({ topic, key: null, value: Buffer.from(JSON.stringify(given)) })
    kafka.log.info({ kitchens: Object.keys(given).length }, 'wrote the initial stock')
    first = await read()
  }
  if (first?.unread) throw new Error(`${topic}: ${first.unread.why}`)
  if (first && first.offset > 0n)
    throw new Error(
      `the first record of ${topic} was deleted, and with it the initial stock; nobody knows the stock now`,
    )
  if (!first?.value) throw new Error(`the first record of ${topic} is empty; delete that topic and restart`)
  const stock = parse(InitialStockTable, parseJson(first.value, 'the initial stock'), 'stock')
  if (Object.keys(given).length > 0 && !isDeepStrictEqual(stock, given)) {
    const problem = 'INITIAL_STOCK differs from the stock in the log and is ignored'
    kafka.log.warn({ topic }, problem)
    kafka.health.warn('initial stock', problem)
  }
  return stock
}

type Tables = StockTables & PositionsTables & { outdated: Mark }

/**
 * Brings the store level with the decisions in the log. A store knows all that its own service has produced, so a decision
 * which it does not know, or knows otherwise, is that of another instance. Then its own ones that are not in the log were
 * made from another stock: it forgets everything, and is filled from the beginning of the log.
 */
export async function bringLevel(kafka: KafkaConnection, store: ServiceStore<Tables>): Promise<void> {
  const forget = () =>
    store.transact(tx => {
      tx.forgetAll()
      tx.forgetPositions()
      tx.outdated.set(false)
    })
  do {
    if (store.peek.outdated.isSet()) await retryUntilClosed(kafka, 'store', forget)
    const isNew = !store.peek.hasDecisions()
    const applyOne = (tx: Tables, record: LogRecord) => {
      // Remembered, because the position in the log goes on.
      if (!isNew && !tx.outdated.isSet() && isOfAnother(tx, record)) tx.outdated.set(true)
      if (!tx.outdated.isSet()) restoreDecision(tx, record)
    }
    const apply = (tx: Tables, records: readonly LogRecord[]) => records.forEach(record => applyOne(tx, record))
    await materialize({ kafka, store, topics: ['inventoryEvents'], apply, until: 'caught-up' })
    if (store.peek.outdated.isSet())
      kafka.log.warn('another instance has decided; the store is filled from the log again')
  } while (store.peek.outdated.isSet() && !kafka.closing.aborted)
}

function isOfAnother(tx: StockTx, record: LogRecord): boolean {
  const event = orUndefined(readInventoryEvent, record)
  if (!event) return false
  const known = tx.findDecision(event.data.orderId)
  return !isDeepStrictEqual(known?.outcome, outcomeOf(event))
}

/**
 * Restores a decision from the topic `inventory-events`, with the stock that it took, in a store that is empty or older than
 * the log. A known decision stays as it is.
 */
function restoreDecision(tx: StockTx, record: LogRecord): void {
  const event = orUndefined(readInventoryEvent, record)
  if (!event || tx.findDecision(event.data.orderId)) return
  tx.openKitchen(event.data.kitchenId)
  applyDecision(tx, orderOf(event), outcomeOf(event), event)
}
