/**
 * What the services hold while they are at work, read again and again: only rows that are new, and orders that were not final yet.
 *
 * Guarantees: whatever causes another row was read after it. A reserved order in the orders table, and a notification, come with
 * their decision; so what a read shows as broken is broken. Does not guarantee one moment: rows that come while it is read may be
 * there or not, and a service that is down keeps what it was last known to hold. `evidence.ts` reads what is judged in the end.
 */
import { DecisionRow, MovementRow, NotificationRow, OrderRow, type Page, StockRow } from '#common/contracts/evidence.ts'
import { monotonicNs } from '#common/contracts/clock.ts'
import type { TSchema } from '#common/contracts/type.ts'
import type { BrokerInspector, Model } from '../experiment/model.ts'
import type { Runtime } from '../experiment/runtime.ts'
import type { Evidence } from './history.ts'
import { PAGE, pageReader } from './evidence.ts'

export type EvidenceFeed = {
  /** All rows until now; the same lists each time, which grow. */
  readonly evidence: Evidence
  /**
   * Reads on what became of orders; with `all`, stock and dead letters too. Never throws: what cannot be read now is read the next
   * time. Resolves with the moment until which all that orders have caused was read: where a table could not be read, an earlier one.
   */
  read(all: boolean): Promise<number>
}

type Options = {
  model: Pick<Model, 'evidence' | 'brokers'>
  runtime: Pick<Runtime, 'url'>
  inspector: Pick<BrokerInspector, 'deadLetters'>
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
    return (after: number, limit: number) => {
      if (!canAnswer(service)) throw new Error(`${service} does not answer now`)
      return readPage(`${runtime.url(service)}${path}`, after, limit)
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
  const readNs = ofOrders.map(() => 0)
  let letters: Promise<void> | undefined
  return {
    evidence,
    async read(all) {
      const beganNs = monotonicNs()
      for (const [nth, reading] of ofOrders.entries()) if (await succeeds(reading)) readNs[nth] = beganNs
      if (all) for (const reading of others) await succeeds(reading)
      // A broker may take its time, and no other row waits for it.
      if (all && !letters && model.brokers.every(canAnswer))
        letters = inspector
          .deadLetters()
          .then(
            found => void (evidence.deadLetters = found),
            () => {},
          )
          .finally(() => (letters = undefined))
      return Math.min(...readNs)
    },
  }
}

const succeeds = (reading: () => Promise<void>): Promise<boolean> =>
  reading().then(
    () => true,
    () => false,
  )

const isFinal = ({ status, notification }: OrderRow): boolean =>
  status === 'failed' || (status === 'reserved' && notification !== 'pending')

/**
 * Appends what is new to the list, and reads those again that were not final: page by page from the first of them, and no row after the
 * last.
 */
function growing<Row extends { seq: number }>(
  list: Row[],
  readPage: (after: number, limit: number) => Promise<Page<Row>>,
  isFinal: (row: Row) => boolean = () => true,
): () => Promise<void> {
  /** Positions, ascending. */
  let open: number[] = []
  return async () => {
    for (let at = 0; at < open.length; ) {
      const first = open[at] ?? 0
      const last = open.findLast(position => position < first + PAGE) ?? first
      const { rows } = await readPage(list[first - 1]?.seq ?? 0, last - first + 1)
      for (const [nth, row] of rows.entries()) list[first + nth] = row
      at = open.findIndex(position => position > last)
      if (at === -1) break
    }
    open = open.filter(position => !isFinal(list[position] as Row))
    for (let after: number | null = list.at(-1)?.seq ?? 0; after !== null; ) {
      const page: Page<Row> = await readPage(after, PAGE)
      for (const row of page.rows) {
        if (!isFinal(row)) open.push(list.length)
        list.push(row)
      }
      after = page.next
    }
  }
}
