// Conservation: start = left + moved, of each sku in each kitchen, and what an order holds agrees with its decision.
// The movements are judged by the separately kept stock, and the other way round.
import { defineCheck, evaluateAll } from './check.ts'
import { type StockPosition, stockPositions } from './stock-position.ts'
import { held, holdsStock, standing, type OrderHistory, orderHistories, wanted } from './order-history.ts'

export const conservation = defineCheck(
  'conservation',
  'stock at the start = stock left + stock moved, and each order holds what was decided',
  history => {
    const opened = [...stockPositions(history).values()].filter(
      ({ movements, quantity }) => movements.length > 0 || quantity !== undefined,
    )
    const orders = [...orderHistories(history).values()].filter(
      ({ decisions, movements }) => decisions.length + movements.length > 0,
    )
    const offenders = [
      ...opened.flatMap(shelf => whyLeaking(shelf).map(why => `${shelf.name} ${why}`)),
      ...orders.flatMap(trace => whyDisagreeing(trace).map(why => `${trace.orderId} ${why}`)),
    ]
    const looked = orders.some(({ movements }) => movements.length > 0) ? opened.length : 0
    return evaluateAll({ looked, what: 'kitchens and skus with stock that moved', offenders })
  },
)

function whyLeaking({ movements, quantity, declared }: StockPosition): string[] {
  const openings = movements.filter(({ kind }) => kind === 'opening')
  const total = movements.reduce((units, { delta }) => units + delta, 0)
  const opening = openings.reduce((units, { delta }) => units + delta, 0)
  return [
    ...(openings.length !== 1 ? [`was opened ${openings.length} times`] : []),
    ...(declared !== undefined && opening !== declared ? [`was to begin with ${declared} and had ${opening}`] : []),
    ...(quantity !== total ? [`has ${quantity ?? 'no stock'} left where its movements leave ${total}`] : []),
  ]
}

function whyDisagreeing(trace: OrderHistory): string[] {
  const { planned, movements } = trace
  const decided = standing(trace)
  if (decided !== 'reserved') {
    const holds = holdsStock(trace) ? [`holds stock and is ${decided ?? 'undecided'}`] : []
    return decided === undefined && movements.length > 0 && holds.length === 0 ? ['moved stock undecided'] : holds
  }
  const units = held(trace)
  if (!planned) return holdsStock(trace) ? [] : ['is reserved and holds nothing']
  const elsewhere = movements.find(({ kitchenId }) => kitchenId !== planned.kitchenId)
  if (elsewhere) return [`moved stock in ${elsewhere.kitchenId}`]
  return [...new Set([...units.keys(), ...wanted(planned).keys()])]
    .map(sku => ({ sku, holds: units.get(sku) ?? 0, asked: wanted(planned).get(sku) ?? 0 }))
    .filter(({ holds, asked }) => holds !== asked)
    .map(({ sku, holds, asked }) => `is reserved, asked for ${asked} ${sku} and holds ${holds}`)
}
