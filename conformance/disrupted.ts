// A model under load whose services are killed, or cut off, one at a time: every check of the engine holds for what becomes of the orders.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Check, defineCheck, invalid, runCheck, valid } from '#engine/checks/check.ts'
import { checksFor, type MayFail } from '#engine/checks/checks.ts'
import { faultSeen } from '#engine/checks/preconditions.ts'
import { isOfFullMachine } from '#engine/checks/service.ts'
import type { ComparableModel } from '#engine/experiment/comparison-adapter.ts'
import type { Load, Variant } from '#engine/experiment/define.ts'
import type { Deployment } from '#engine/experiment/model.ts'
import { mayAnswerOf } from '#engine/experiment/script.ts'
import { type Action, at, fault, heal, read, start, type Step } from '#engine/experiment/steps.ts'
import { getJson } from '#engine/run/http.ts'
import { runVariant } from '#engine/run/run-variant.ts'
import { waitFor } from '#host/wait-for.ts'
import { openProcesses } from '#runtimes/processes/processes.ts'
import type { Environments } from './test-system.ts'

/** A kill may fail an order only where its request is cut off or meets the dead service; such an order is released. */
export const killMayFail = ({ entry, comparison: { configurations, reasonsOfFaults } }: ComparableModel): MayFail => ({
  reasons: reasonsOfFaults.length === 0 ? [] : [...reasonsOfFaults, 'released'],
  answers: {
    duringFault: [
      ...configurations[0].mayAnswer,
      // Only the service that takes requests leaves them without an answer; it is asked again before it can do its work.
      { actions: ['kill', 'fault'], target: entry, answers: ['unavailable', 'refused', 'reset', 'deadline'] },
    ],
  },
})

/** So many orders are for the last unit that some of them come at any time at which the services are up. */
const MIX = { kitchens: 8, scarceShare: 0.3, scarceStock: 1 }
const PER_SECOND = 60
/** Some three seconds of load: there are orders while the service is down, and after it. */
const ORDERS = 180
/** A cut is long, and a few orders tell as much of it as many. */
const PER_SECOND_OF_CUT = 20
/** Longer than the deadlines of calls; and of a consumer group longer than its session, which is 6 s. */
const cutMsOf = ({ brokers, entry }: ComparableModel, service: string): number =>
  brokers.includes('kafka') && service !== entry ? 8_000 : 3_000
/** What was under way when a link was cut is done within this time. */
const UNDER_WAY_MS = 1_000

const becomesHealthy = (service: string): Action => ({
  action: 'becomes healthy',
  target: service,
  run: ({ runtime }) =>
    waitFor(() => getJson(`${runtime.url(service)}/health`).catch(() => false), {
      deadlineMs: 30_000,
      what: `${service} to be healthy`,
    }),
})

type Disrupted = {
  model: ComparableModel
  broker: Deployment['broker']
  environments: Environments
  service: string
}

/** Kills `service` at its eleventh pass of `point` after an order was decided, starts it again, and judges the history. */
export const survivesCrash = ({ service, point, ...options }: Disrupted & { point: string }): Promise<void> =>
  isSound(options, {
    name: `${service} at ${point}`,
    load: { orders: ORDERS, ordersPerSecond: PER_SECOND },
    timeline: [
      at(({ decided }) => decided > 0, fault(service, { crash: { point, after: 11 } })),
      at(({ deaths }) => deaths(service) > 0, start(service)),
      at(0, read(service, '/health')),
    ],
    checks: checksFor(killMayFail(options.model)),
  })

/** Cuts the link of `service` after an order was decided, mends it, and judges the history. */
export function survivesCut({ service, ...options }: Disrupted): Promise<void> {
  const { model } = options
  const cutMs = cutMsOf(model, service)
  let fromMs: number | undefined
  const isAnalytics = model.services.some(({ name, role }) => name === service && role === 'analytics')
  // What analytics has counted is in no evidence.
  const counted = isAnalytics ? [read(service, '/metrics.json')] : []
  const [configuration] = model.comparison.configurations
  const mayFail = { ...killMayFail(model), answers: mayAnswerOf(model, configuration) }
  return isSound(options, {
    name: `the link of ${service}`,
    load: { orders: PER_SECOND_OF_CUT * 3 + (PER_SECOND_OF_CUT * cutMs) / 1_000, ordersPerSecond: PER_SECOND_OF_CUT },
    timeline: [
      at(({ decided }) => decided > 0, fault(service, { cutLink: {} })),
      ...counted.map(step => at(({ elapsedMs }) => elapsedMs >= (fromMs ??= elapsedMs) + UNDER_WAY_MS, step)),
      ...counted.map(step => at(({ elapsedMs }) => elapsedMs >= (fromMs ?? 0) + cutMs, step)),
      at(({ elapsedMs }) => elapsedMs >= (fromMs ??= elapsedMs) + cutMs, heal(service)),
      at(0, becomesHealthy(service)),
    ],
    checks: [
      ...checksFor(mayFail),
      faultSeen({ service, fault: 'cutLink', atLeast: 1 }),
      nothingPassed(model, service),
    ],
  })
}

const ordersIn = (metrics: unknown): number => (metrics as { orders: number }).orders

/** Of what was requested while the link was cut nothing was decided or notified before it was mended; nor did analytics count. */
const nothingPassed = (model: ComparableModel, service: string): Check => {
  const role = model.services.find(({ name }) => name === service)?.role
  return defineCheck(
    'nothing-passed',
    'nothing passed through the link that was cut',
    ({ attempts, evidence, executedSteps }) => {
      if (role === 'analytics') {
        const counts = executedSteps.filter(({ action }) => action === 'read').map(({ result }) => ordersIn(result))
        return new Set(counts).size === 1 ? valid('Nothing was counted.') : invalid(`Counted: ${counts.join(', ')}.`)
      }
      const cutNs = executedSteps.find(({ action }) => action === 'fault')?.doneNs ?? Number.NaN
      const mendedNs = executedSteps.find(({ action }) => action === 'heal')?.atNs ?? Number.NaN
      const requested = new Set(
        attempts
          .filter(({ attempt, startedNs }) => attempt === 1 && startedNs > cutNs && startedNs < mendedNs)
          .map(({ orderId }) => orderId),
      )
      if (requested.size === 0) return invalid('Nothing was requested while it was cut.')
      const { decisions, notifications } = evidence
      const done =
        role === 'notification'
          ? notifications.map(({ orderId, sentNs }) => ({ orderId, ns: sentNs }))
          : decisions.map(({ orderId, decidedNs }) => ({ orderId, ns: decidedNs }))
      const passed = done.filter(({ orderId, ns }) => requested.has(orderId) && ns < mendedNs)
      return passed.length === 0
        ? valid(`Nothing of ${requested.size} passed.`)
        : invalid(`${passed.length} of ${requested.size} passed.`)
    },
  )
}

async function isSound(
  { model, broker, environments }: Omit<Disrupted, 'service'>,
  {
    name,
    load,
    timeline,
    checks,
  }: Pick<Variant, 'name' | 'checks'> & { load: Omit<Load, 'deadlineMs'>; timeline: readonly Step[] },
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'disrupted-'))
  try {
    const history = await runVariant({
      model,
      variant: {
        name,
        about: 'disrupted under load',
        load: { ...load, deadlineMs: 5_000, mix: MIX },
        environment: environments,
        timeline,
        quiescenceMs: 60_000,
        checks,
      },
      open: openProcesses({ broker, dataFolder: join(folder, 'data') }),
      lasting: {},
      id: `disrupted-${randomBytes(3).toString('hex')}`,
      seed: 7,
      logFolder: join(folder, 'logs'),
      onProgress: () => {},
      signal: AbortSignal.timeout(120_000),
    })
    assert.deepEqual(
      history.executedSteps.map(({ action }) => action),
      timeline.map(({ action }) => action),
    )
    const judged = checks.map(check => runCheck(check, history))
    // The machine is shared with other tests: where it was full, nobody knows why an answer came too late. All else holds.
    assert.deepEqual(
      judged.filter(each => each.verdict !== 'valid' && !isOfFullMachine(each)),
      [],
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
