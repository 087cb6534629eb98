// The initial stock is a record of the log: whoever decides again from the log begins with the same stock.
// Guarantees: the first record holds for ever; of two who write it at once, both go by the one that came first.
import { isDeepStrictEqual } from 'node:util'
import { parse, parseJson } from '#common/contracts/parse.ts'
import { InitialStockTable } from '#common/stores/initial-stock.ts'
import { readAll } from '../broker/read-all.ts'
import type { KafkaConnection } from '../messaging/connection.ts'

/** The stock of the log, which is `given` when the log has none yet. */
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
  if (!first?.value) throw new Error(`the first record of ${kafka.topics.initialStock} is empty; delete that topic`)
  const stock = parse(InitialStockTable, parseJson(first.value, 'the initial stock'), 'stock')
  if (Object.keys(given).length > 0 && !isDeepStrictEqual(stock, given))
    kafka.log.error({ topic: kafka.topics.initialStock }, 'INITIAL_STOCK is not the stock of the log; the log holds')
  return stock
}
