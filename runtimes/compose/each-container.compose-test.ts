// Each container of each model, its broker included, is killed under load and started again: nothing is lost, doubled or
// oversold, and every unknown answer is resolved.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { checksFor } from '#engine/checks/checks.ts'
import { stepSeen } from '#engine/checks/preconditions.ts'
import { defineExperiment, type Experiment } from '#engine/experiment/define.ts'
import type { ComparableModel } from '#engine/experiment/comparison-adapter.ts'
import { at, kill, start } from '#engine/experiment/steps.ts'
import { killMayFail } from '#conformance/disrupted.ts'
import { models } from '../../lab/session/registry.ts'
import { run } from '../../lab/session/run.ts'
import { testFolder } from '../../lab/testing/cli.ts'

const ORDERS_PER_SECOND = 30
const BETWEEN_MS = 4_000
const DEAD_MS = 2_000

function eachDies(model: ComparableModel): Experiment {
  const targets = [...model.services.map(({ name }) => name), ...model.brokers]
  const seconds = ((targets.length + 1) * BETWEEN_MS) / 1_000
  return defineExperiment({
    model,
    title: 'Each container dies',
    question: 'Is anything lost when each container is killed in turn?',
    does: 'Under load each container is killed and started again.',
    profiles: { full: {}, quick: {}, smoke: {} },
    variants: () => [
      {
        name: 'each',
        about: `${targets.join(', ')}, one after the other`,
        load: { ordersPerSecond: ORDERS_PER_SECOND, orders: ORDERS_PER_SECOND * seconds, deadlineMs: 5_000 },
        timeline: targets.flatMap((target, index) => [
          at((index + 0.5) * BETWEEN_MS, kill(target)),
          at((index + 0.5) * BETWEEN_MS + DEAD_MS, start(target)),
        ]),
        quiescenceMs: 120_000,
        checks: [...checksFor(killMayFail(model)), ...targets.map(target => stepSeen({ action: 'kill', target }))],
      },
    ],
    columns: [],
    explain: () => [],
  })
}

for (const model of models)
  test(`${model.name}: each container dies under load, and nothing is lost, doubled, oversold or left unknown`, async t => {
    const folder = testFolder()
    t.after(() => folder.remove())
    const { summary } = await run({
      experiments: [{ id: `${model.name}/each-container`, experiment: eachDies(model) }],
      profile: 'quick',
      runtime: 'compose',
      seed: 1,
      out: join(folder.path, 'runs'),
      reporter: { begin() {}, progress: (task, line) => t.diagnostic(`${task}: ${line}`), result() {} },
      signal: t.signal,
    })
    const [result] = summary.results
    const notValid = result?.checks.filter(({ verdict }) => verdict !== 'valid')
    assert.deepEqual([result?.failure, notValid, result?.verdict], [undefined, [], 'valid'])
  })
