// Numbers for tables: significant digits, thousands separators, the unit in the head of the column.
import type { Measure } from '#engine/run/summary.ts'

/** Shown where there is no value. */
export const NOTHING = '–'

/** `4.21`, `48.3`, `2,012`; with "≥" where attempts without an answer count at their deadline. */
export function cell(measure: Pick<Measure, 'value' | 'unit' | 'atLeast'> | undefined): string {
  if (!measure || measure.value === null) return NOTHING
  return `${measure.atLeast ? '≥ ' : ''}${digits(measure.value, measure.unit)}`
}

/** With its unit: `4.21 ms`, `99.7 %`, `1,100`. Counts of orders and messages have no unit. */
export function withUnit(measure: Pick<Measure, 'value' | 'unit' | 'atLeast'>): string {
  const text = cell(measure)
  return text === NOTHING || !isShown(measure.unit) ? text : `${text} ${measure.unit}`
}

/** Whether the unit adds information to the name of the measure. */
export const isShown = (unit: string): boolean => unit !== '' && unit !== 'orders' && unit !== 'messages'

function digits(value: number, unit: string): string {
  const most = Number.isInteger(value) && unit !== 'ms' ? 0 : Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0
  const decimals = unit === '%' && value > 90 && value < 100 ? 2 : most
  const least = unit === 'ms' ? decimals : 0
  return value.toLocaleString('en-US', { maximumFractionDigits: decimals, minimumFractionDigits: least })
}

export const seconds = (value: number): string => (value < 100 ? value.toFixed(1) : value.toFixed(0))
