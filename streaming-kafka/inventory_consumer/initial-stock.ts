// The initial stock is a record of the log, so that decisions made again from the log begin with the same stock.
// Guarantees: the first record counts for ever. Two services that write it at once agree on the record that came first.
import { isDeepStrictEqual } from 'node:util'
import { parse, parseJson } from '#common/contracts/parse.ts'
import { InitialStockTable } from '#common/service/initial-stock.ts'
import { readAll } from '../broker/read-all.ts'
import type { KafkaConnection } from '../messaging/connection.ts'

/** The initial stock of the log; `given` is written when the log has none yet. */
export async function agreeOnStock(kafka: KafkaConnection, given: InitialStockTable): Promise<InitialStockTable> {
  const read = async () => (await readAll(kafka, kafka.specs('initialStock')))[0]
  let first = await read()
  if (!first) {
    await kafka.producer.send({
      topic: kafka.topics.initialStock,
      key: null,
      value: Buffer.from(JSON.stringify(given)),
    })
    kafka.log.info({ kitchens: Object.keys(given).length }, 'wrote the initial stock')
    first = await read()
  }
  if (!first?.value)
    throw new Error(`the first record of ${kafka.topics.initialStock} is empty; delete that topic and restart`)
  const stock = parse(InitialStockTable, parseJson(first.value, 'the initial stock'), 'stock')
  if (Object.keys(given).length > 0 && !isDeepStrictEqual(stock, given))
    kafka.log.error(
      { topic: kafka.topics.initialStock },
      'INITIAL_STOCK differs from the stock in the log and is ignored',
    )
  return stock
}
