/**
 * What the services hold while they are at work, read again and again: only rows that are new, and orders that were not final yet.
 *
 * Guarantees: whatever causes another row was read after it. A reserved order in the orders table, and a notification, come with
 * their decision; so what a read shows as broken is broken. Does not guarantee one moment: rows that come while it is read may be
 * there or not, and a service that is down keeps what it was last known to hold. `evidence.ts` reads what is judged in the end.
 */
import {
  DecisionRow,
  MovementRow,
  NotificationRow,
  OrderRow,
  Page as PageOf,
  StockRow,
} from '#common/contracts/evidence.ts'
import { parse } from '#common/contracts/parse.ts'
import type { Static, TSchema } from 'typebox'
import type { BrokerInspector, Model } from '../experiment/model.ts'
import type { Runtime } from '../experiment/runtime.ts'
import type { Evidence } from './history.ts'
import { getJson } from './http.ts'

const PAGE = 1_000

export type EvidenceFeed = {
  /** All rows until now; the same lists each time, which grow. */
  readonly evidence: Evidence
  /** Reads on what became of orders; with `all`, stock and dead letters too. Never throws: what cannot be read now is read the next time. */
  read(all: boolean): Promise<void>
}

type Options = {
  model: Model
  runtime: Pick<Runtime, 'url'>
  inspector: BrokerInspector
  /** Whether a service or broker is there to be asked: one that hangs would hold the others up until the request's deadline. */
  canAnswer(name: string): boolean
}

export function openEvidenceFeed({ model, runtime, inspector, canAnswer }: Options): EvidenceFeed {
  const { orders, inventory, notifications } = model.evidence
  const evidence: Evidence = {
    onTheirWay: 0,
    orders: [],
    decisions: [],
    movements: [],
    stock: [],
    notifications: [],
    deadLetters: [],
  }
  const table = <Row extends TSchema>(row: Row, service: string, path: string) => {
    const readPage = pageReader(row)
    return (after: number) => {
      if (!canAnswer(service)) throw new Error(`${service} does not answer now`)
      return readPage(`${runtime.url(service)}${path}`, after)
    }
  }
  const ofOrders = [
    growing(evidence.notifications, table(NotificationRow, notifications, '/notifications')),
    growing(evidence.orders, table(OrderRow, orders, '/orders'), isFinal),
    growing(evidence.decisions, table(DecisionRow, inventory, '/inventory/decisions')),
  ]
  // A movement and the decision that it belongs to are written together; the stock that it leaves is read after it.
  const others = [
    growing(evidence.movements, table(MovementRow, inventory, '/inventory/movements')),
    growing(evidence.stock, table(StockRow, inventory, '/inventory'), () => false),
  ]
  let letters: Promise<void> | undefined
  return {
    evidence,
    async read(all) {
      for (const reading of all ? [...ofOrders, ...others] : ofOrders) await reading().catch(() => {})
      // A broker may take its time, and no other row waits for it.
      if (all && !letters && model.brokers.every(canAnswer))
        letters = inspector
          .deadLetters()
          .then(
            found => void (evidence.deadLetters = found),
            () => {},
          )
          .finally(() => (letters = undefined))
    },
  }
}

const isFinal = ({ status, notification }: OrderRow): boolean =>
  status === 'failed' || (status === 'reserved' && notification !== 'pending')

type Page<Row> = { rows: Row[]; next: number | null }

function pageReader<Row extends TSchema>(row: Row): (url: string, after: number) => Promise<Page<Static<Row>>> {
  const schema = PageOf(row)
  return async (url, after) => parse(schema, await getJson(`${url}?after=${after}&limit=${PAGE}`), url)
}

/** Appends what is new to the list, and reads those again that came after the last one before which all are final. */
function growing<Row extends { seq: number }>(
  list: Row[],
  readPage: (after: number) => Promise<Page<Row>>,
  isFinal: (row: Row) => boolean = () => true,
): () => Promise<void> {
  let finals = 0
  return async () => {
    let at = finals
    for (let after: number | null = list[finals - 1]?.seq ?? 0; after !== null; ) {
      const page: Page<Row> = await readPage(after)
      for (const row of page.rows) list[at++] = row
      after = page.next
    }
    while (finals < list.length && isFinal(list[finals] as Row)) finals++
  }
}
