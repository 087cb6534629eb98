// Oversold: more was reserved than there was. Vacuous unless decided orders wanted more of something than its kitchen had.
import type { MovementRow } from '#common/contracts/evidence.ts'
import type { History } from '../run/history.ts'
import { defineCheck, evaluateAll, vacuous } from './check.ts'
import { type StockPosition, stockPositions } from './stock-position.ts'
import { orderHistories, wanted } from './order-history.ts'

export const oversold = defineCheck('oversold', 'no kitchen gives more than it has, though more is asked', history => {
  const all = stockPositions(history)
  const offenders = [...all.values()].flatMap(shelf => whyOversold(shelf).map(why => `${shelf.name} ${why}`))
  const scarce = scarceShelves(history, all)
  if (offenders.length === 0 && scarce === 0) return vacuous('No kitchen was asked for more than it had.')
  return evaluateAll({ looked: scarce, what: 'kitchens and skus that were asked for more than they had', offenders })
})

function whyOversold({ movements, quantity, declared }: StockPosition): string[] {
  const opening = declared ?? sum(movements.filter(({ kind }) => kind === 'opening'))
  const reserved = -sum(movements.filter(({ kind }) => kind !== 'opening'))
  let onHand = opening
  let lowest = opening
  for (const { kind, delta } of movements) {
    if (kind === 'opening') continue
    onHand += delta
    lowest = Math.min(lowest, onHand)
  }
  return [
    ...(quantity !== undefined && quantity < 0 ? [`has ${quantity} left`] : []),
    ...(reserved > opening ? [`began with ${opening} and gave ${reserved}`] : []),
    ...(reserved <= opening && lowest < 0 ? [`was ${-lowest} below nothing for a while`] : []),
  ]
}

const sum = (movements: readonly MovementRow[]): number => movements.reduce((units, { delta }) => units + delta, 0)

/** Shelves of named kitchens of which decided orders wanted more than they had at the beginning. */
function scarceShelves(history: History, all: Map<string, StockPosition>): number {
  const asked = new Map<string, number>()
  for (const { planned, decisions } of orderHistories(history).values()) {
    if (!planned || decisions.length === 0) continue
    for (const [sku, units] of wanted(planned)) {
      const name = `${planned.kitchenId}/${sku}`
      asked.set(name, (asked.get(name) ?? 0) + units)
    }
  }
  return [...asked].filter(([name, units]) => units > (all.get(name)?.declared ?? Infinity)).length
}
