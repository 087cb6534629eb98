// `POST /release`: gives the stock of an order back, or forbids that it is ever reserved. Always acknowledged.
import type { ReleaseAnswer, ReleaseRequest } from '#common/contracts/http.ts'
import { wallTime } from '#common/contracts/clock.ts'
import type { Handler } from '#common/service/handler.ts'
import { releaseStock } from '#common/workflow/reserve-stock.ts'
import type { Store, StockTx } from '#common/workflow/store.ts'

export function release(store: Store<StockTx>): Handler<ReleaseRequest, ReleaseAnswer> {
  return async ({ orderId }, { correlationId, log }) => {
    const happened = { correlationId, occurredAt: wallTime() }
    await store.transact(tx => releaseStock(tx, orderId, happened))
    log.info({ orderId }, 'released')
    return { orderId, status: 'released' }
  }
}
