// Killed between two steps of one order, started again: no order is lost, doubled or oversold. One variant a point.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { always } from '#engine/checks/checks.ts'
import { runCheck } from '#engine/checks/check.ts'
import { expectedOutcomes } from '#engine/checks/expected-outcomes.ts'
import { oversold } from '#engine/checks/stock.ts'
import type { Variant } from '#engine/experiment/define.ts'
import type { Model, Deployment } from '#engine/experiment/model.ts'
import { openProcesses } from '#runtimes/processes/processes.ts'
import { at, fault, read, start } from '#engine/experiment/steps.ts'
import { runVariant } from '#engine/run/run-variant.ts'
import type { Environments } from './test-system.ts'

/** For what the crash itself may fail an order: whose request was cut off, or who met the dead service. */
const CRASH_REASONS = ['deadline-passed', 'inventory-broke', 'inventory-unavailable', 'released']

/** Some three seconds of load: there are orders before the crash, in its dark time and behind it. */
const ORDERS = 180
/** So many ask for the last unit that some of them do at any time at which the services are up. */
const MIX = { kitchens: 8, scarceShare: 0.3, scarceStock: 1 }

/** Kills `service` at its eleventh pass of `point`, starts it again, and judges the history. */
export async function survivesCrash(options: {
  model: Model
  broker: Deployment['broker']
  environments: Environments
  service: string
  point: string
}): Promise<void> {
  const { model, broker, environments, service, point } = options
  const checks = [...always, oversold, expectedOutcomes({ mayFail: CRASH_REASONS })]
  const variant: Variant = {
    name: `${service} at ${point}`,
    about: 'killed between two steps',
    load: { orders: ORDERS, ordersPerSecond: 60, deadlineMs: 5_000, mix: MIX },
    environment: environments,
    timeline: [
      at(0, fault(service, { crash: { point, after: 11 } })),
      at(({ deaths }) => deaths(service) > 0, start(service)),
      at(0, read(service, '/health')),
    ],
    quiescenceMs: 60_000,
    checks,
  }
  const folder = await mkdtemp(join(tmpdir(), 'crash-'))
  try {
    const history = await runVariant({
      model,
      variant,
      open: openProcesses({ broker, dataFolder: join(folder, 'data') }),
      lasting: {},
      id: `crash-${randomBytes(3).toString('hex')}`,
      seed: 7,
      logFolder: join(folder, 'logs'),
      onProgress: () => {},
      signal: AbortSignal.timeout(120_000),
    })
    assert.deepEqual(
      history.executedSteps.map(({ action }) => action),
      ['fault', 'start', 'read'],
    )
    const failed = checks.map(check => runCheck(check, history)).filter(({ verdict }) => verdict !== 'valid')
    assert.deepEqual(failed, [])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
