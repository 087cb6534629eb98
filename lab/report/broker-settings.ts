// The settings of the brokers of a run, and of their clients, that are not default: to repeat a measurement elsewhere one has to
// know them. Not listed for brokers given by address, whose settings the lab does not know.
import type { Summary } from '#engine/run/summary.ts'
import { nonDefaultSettings } from '#infra/non-default-settings.ts'

type SettingsTable = { heads: string[]; rows: string[][] }

/** Undefined where the run used no broker of the lab. */
export function brokerSettings({ brokers }: Pick<Summary, 'brokers'>): SettingsTable | undefined {
  const rows = nonDefaultSettings
    .filter(({ broker }) => brokers[broker] !== undefined && brokers[broker].source !== 'address')
    .map(each => [each.broker, each.setting, each.value, each.default, each.why, each.file])
  return rows.length === 0 ? undefined : { heads: ['broker', 'setting', 'value', 'default', 'reason', 'set in'], rows }
}
