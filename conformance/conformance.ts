// The suite that every model passes, by the features that it declares. A model's tests hand it over and add nothing.
// Guarantees: every case runs on real processes and, where the model has one, on a real broker; what it created is removed.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { ComparableModel } from '#engine/experiment/comparison-adapter.ts'
import type { Deployment } from '#engine/experiment/model.ts'
import { badRequestCases } from './bad-requests.ts'
import { ask, post, problemIn } from './client.ts'
import { featureCases } from './features.ts'
import { fullDiskCases } from './full-disk.ts'
import { keyCases } from './keys.ts'
import { occupancyCases } from './occupancy.ts'
import { orderCases } from './orders.ts'
import { overloadCase } from './overload.ts'
import { pageCases } from './pages.ts'
import { survivesCrash, survivesCut } from './disrupted.ts'
import { restartCases } from './restarts.ts'
import { type Case, type Environments, namesOf, sharedSystem, STOCK } from './test-system.ts'
import { startCases } from './starts.ts'

export type ConformanceOptions = {
  /** Every crash point of the model, by service; the suite fails where a service has others. */
  crashPoints: Record<string, readonly string[]>
  /** The services whose link can be cut; the suite fails where it is others. */
  cutLinks: readonly string[]
  /** For another configuration of this one service: only the cases that it could fail. */
  about?: string
  /** Those of `crashPoints` at which a configuration without a safeguard loses orders; the model's own tests show that it does. */
  unsafePoints?: Record<string, readonly string[]>
  /** Beyond the model's own environment. */
  environments?: Environments
  /** One wrong value for each setting that the services do not share, by service and variable. */
  wrong?: Environments
  /** For a model with dead letters: what its operation `publish-raw` needs beside a body to reach inventory. */
  publishRaw?: Record<string, string>
}

/** Registers the cases with node:test. `broker`: the addresses of the brokers that the model needs. */
export function conformance(model: ComparableModel, broker: Deployment['broker'], options: ConformanceOptions): void {
  const { crashPoints, cutLinks, about, unsafePoints = {}, environments = {}, wrong = {}, publishRaw = {} } = options
  const services = about ? [about] : namesOf(model)
  const ofAllServices = [
    ...pageCases,
    ...occupancyCases,
    ...badRequestCases,
    ...startCases(services, wrong),
    ...fullDiskCases(services),
  ]
  const cases: Case[] = [
    ...orderCases,
    ...keyCases,
    ...featureCases(publishRaw),
    overloadCase,
    declaredPoints(services, crashPoints),
    declaredLinks(services, cutLinks),
    ...(about ? [] : ofAllServices),
    ...restartCases(services),
  ]

  const configuration = about ? `${model.name} with ${JSON.stringify(environments[about])}` : model.name
  suite(`${configuration} keeps what every model promises`, () => {
    const system = sharedSystem(model, { broker, environments: { ...environments }, openingStock: STOCK })
    for (const { name, needs, run } of cases) {
      if (needs && !model.features.includes(needs)) continue
      test(name, () => run(system()))
    }
  })

  suite(`${configuration} loses nothing when a service is killed`, () => {
    for (const [service, points] of Object.entries(crashPoints))
      for (const point of points.filter(safe => !unsafePoints[service]?.includes(safe)))
        test(`${service} at ${point}`, () => survivesCrash({ model, broker, environments, service, point }))
  })

  suite(`${configuration} loses nothing when a link is cut and mended`, () => {
    for (const service of cutLinks)
      test(`that of ${service}`, () => survivesCut({ model, broker, environments, service }))
  })
}

/** A service that is given a crash point that it does not have names those that it has. */
const declaredPoints = (services: readonly string[], crashPoints: ConformanceOptions['crashPoints']): Case => ({
  name: 'every crash point of every service is part of this suite',
  async run(system) {
    for (const name of services) {
      const body = JSON.stringify({ crash: { point: 'nowhere', after: 1 } })
      const { detail } = problemIn(await post(`${system.url(name)}/faults`, body))
      const [, listed = ''] = /^there is no crash point "nowhere"; there are: (.*)$/.exec(detail) ?? []
      assert.equal(listed, (crashPoints[name] ?? []).join(', '), `${name}: ${detail}`)
    }
  },
})

const declaredLinks = (services: readonly string[], cutLinks: readonly string[]): Case => ({
  name: 'every service whose link can be cut is part of this suite',
  async run(system) {
    for (const name of services) {
      const { text } = await ask(`${system.url(name)}/faults`)
      assert.equal(Object.hasOwn(JSON.parse(text) as object, 'cutLink'), cutLinks.includes(name), name)
    }
  },
})
