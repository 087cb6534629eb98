// The suite that every model passes, by the features that it declares. A model's tests hand it over and add nothing.
// Guarantees: every case plays on real processes and, where the model has one, on a real broker; what it made is removed.
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Model, Deployment } from '#engine/experiment/model.ts'
import { badRequestCases } from './bad-requests.ts'
import type { Case } from './case.ts'
import { ask, problemIn } from './client.ts'
import { survivesCrash } from './crash-points.ts'
import { featureCases } from './features.ts'
import { keyCases } from './keys.ts'
import { orderCases } from './orders.ts'
import { pageCases } from './pages.ts'
import { randomOrderCases } from './random-orders.ts'
import { restartCases } from './restarts.ts'
import { type Environments, startTestSystem, type TestSystem } from './test-system.ts'
import { startCases } from './starts.ts'

export type ConformanceOptions = {
  /** Every crash point of the model, by service; the suite fails where a service has others. */
  crashPoints: Record<string, readonly string[]>
  /** For another composition of this one service: only the cases that it could fail. */
  about?: string
  /** Those of `crashPoints` at which a composition without a safeguard loses orders; the model's own tests show that it does. */
  unsafePoints?: Record<string, readonly string[]>
  /** Beyond the model's own environment. */
  environments?: Environments
  /** One wrong value for each setting that the services do not share, by service and variable. */
  wrong?: Environments
  /** For a model with dead letters: what its verb `publish-raw` needs beside a body to reach inventory. */
  publishRaw?: Record<string, string>
}

/** Registers the cases with node:test. `broker`: the addresses of the brokers that the model needs. */
export function conformance(model: Model, broker: Deployment['broker'], options: ConformanceOptions): void {
  const { crashPoints, about, unsafePoints = {}, environments = {}, wrong = {}, publishRaw = {} } = options
  const services = about ? [about] : model.services.map(({ name }) => name)
  const ofAllServices = [...badRequestCases, ...pageCases, ...randomOrderCases, ...startCases(services, wrong)]
  const cases: Case[] = [
    ...orderCases,
    ...keyCases,
    ...featureCases(publishRaw),
    declaredPoints(services, crashPoints),
    ...(about ? [] : ofAllServices),
    ...restartCases(services),
  ]

  const composition = about ? `${model.name} with ${JSON.stringify(environments[about])}` : model.name
  suite(`${composition} keeps what every model promises`, () => {
    let stage: (TestSystem & AsyncDisposable) | undefined
    before(async () => {
      stage = await startTestSystem({ model, broker, environments })
    })
    after(() => stage?.[Symbol.asyncDispose]())
    for (const { name, needs, run } of cases) {
      if (needs && !model.features.includes(needs)) continue
      test(name, () => run(stage ?? assert.fail('the stage was not opened')))
    }
  })

  suite(`${composition} loses nothing when a service is killed`, () => {
    for (const [service, points] of Object.entries(crashPoints))
      for (const point of points.filter(safe => !unsafePoints[service]?.includes(safe)))
        test(`${service} at ${point}`, () => survivesCrash({ model, broker, environments, service, point }))
  })
}

/** Asked for a point that it does not have, a service names those that it has. */
const declaredPoints = (services: readonly string[], crashPoints: ConformanceOptions['crashPoints']): Case => ({
  name: 'every crash point of every service is part of this suite',
  async run({ runtime }) {
    for (const name of services) {
      const headers = { 'content-type': 'application/json' }
      const body = JSON.stringify({ crash: { point: 'nowhere', after: 1 } })
      const { detail } = problemIn(await ask(`${runtime.url(name)}/faults`, { method: 'POST', headers, body }))
      const [, listed = ''] = /^there is no crash point "nowhere"; there are: (.*)$/.exec(detail) ?? []
      assert.equal(listed, (crashPoints[name] ?? []).join(', '), `${name}: ${detail}`)
    }
  },
})
