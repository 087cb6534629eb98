// `POST /reserve`: 200 when all of the order is reserved, 409 when nothing is.
import type { ReserveAnswer, ReserveRequest } from '#common/contracts/http.ts'
import { LabError } from '#common/contracts/errors.ts'
import type { CrashPoint } from '#common/faults/crash.ts'
import { wallTime } from '#common/contracts/clock.ts'
import type { Handler } from '#common/service/handler.ts'
import type { Store, StockTx } from '#common/workflow/store.ts'
import { reserveStock, standingOutcome } from '#common/workflow/reserve-stock.ts'

export function reserve(store: Store<StockTx>, crashPoint: CrashPoint): Handler<ReserveRequest, ReserveAnswer> {
  return async (order, { correlationId, log }) => {
    const happened = { correlationId, occurredAt: wallTime() }
    const { decision, isNew } = await store.transact(tx => reserveStock(tx, order, happened))
    crashPoint()
    const outcome = standingOutcome(decision)
    const { orderId } = order
    log.info({ orderId, outcome, isNew }, 'decided')
    if (outcome.status === 'reserved') return { orderId, status: 'reserved' }
    throw new LabError(outcome.reason, `order ${orderId} was not reserved; nothing was taken`, { orderId })
  }
}
