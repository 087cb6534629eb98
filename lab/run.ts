// Runs experiments one after the other: brokers where a model needs them, a folder under runs/, a summary that grows
// with each result, so that what was measured is there however the run ends.
import { randomBytes } from 'node:crypto'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Experiment, Profile } from '#common/experiment/define.ts'
import type { BrokerKind } from '#common/experiment/model.ts'
import { runExperiment } from '#common/experiment/run.ts'
import type { Result, Summary } from '#common/experiment/summary.ts'
import { dataRoot } from '#common/kit/folders.ts'
import { registerRun, sweepDeadRuns } from '#common/kit/live-runs.ts'
import type { Broker } from '../infra/brokers/broker.ts'
import { provideBroker } from '../infra/brokers/provide.ts'
import { models } from './experiments.ts'
import { describeMachine } from './machine.ts'

export type Reporter = {
  progress(task: string, line: string): void
  result(result: Result): void
}

export type RunRequest = {
  experiments: readonly { id: string; experiment: Experiment }[]
  profile: Profile
  seed: number
  /** The folder under which the run's own folder is made. */
  out: string
  reporter: Reporter
  signal: AbortSignal
}

/** Resolves with the summary and its folder, also when it was interrupted; what was left undone is not in it. */
export async function run(request: RunRequest): Promise<{ summary: Summary; folder: string }> {
  const { experiments, profile, seed, out, reporter, signal } = request
  const began = performance.now()
  const id = `${new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')}-${randomBytes(2).toString('hex')}`
  const prefix = `lab-${id.slice(-4)}`
  const folder = join(out, id)
  const dataFolder = join(dataRoot(), id)
  await sweep(reporter)

  mkdirSync(folder, { recursive: true })
  mkdirSync(dataFolder, { recursive: true })
  const addresses: Record<string, string> = {}
  if (process.env.LAB_RABBITMQ_URL) addresses.rabbitmq = process.env.LAB_RABBITMQ_URL
  if (process.env.LAB_KAFKA_BROKERS) addresses.kafka = process.env.LAB_KAFKA_BROKERS
  const registration = registerRun({ directories: [dataFolder], prefix, addresses })
  const brokers = new Map<BrokerKind, Promise<Broker>>()
  const broker = (kind: BrokerKind): Promise<Broker> => {
    const known = brokers.get(kind)
    if (known) return known
    const progress = (line: string) => reporter.progress(kind, line)
    const begun = provideBroker(kind, { dataFolder, progress, signal, environment: process.env })
    brokers.set(kind, begun)
    return begun
  }

  const summary: Summary = {
    run: id,
    startedAt: new Date().toISOString(),
    seed,
    profile,
    runtime: 'processes',
    machine: describeMachine(),
    brokers: {},
    results: [],
    seconds: 0,
  }
  const save = () => {
    summary.seconds = (performance.now() - began) / 1_000
    writeFileSync(join(folder, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`)
  }
  try {
    save()
    for (const { id: name, experiment } of experiments) {
      if (signal.aborted) break
      const at: Partial<Record<BrokerKind, string>> = {}
      for (const kind of experiment.model.brokers) {
        const { address, source, version } = await broker(kind)
        at[kind] = address
        summary.brokers[kind] = { source, version }
      }
      const result = await runExperiment({
        name: name.slice(name.indexOf('/') + 1),
        experiment,
        profile,
        broker: at,
        runId: prefix,
        seed,
        dataFolder,
        folder: join(folder, name),
        onProgress: line => reporter.progress(name, line),
        signal,
      })
      summary.results.push(result)
      save()
      reporter.result(result)
    }
    return { summary, folder }
  } finally {
    save()
    const started = await Promise.allSettled(brokers.values())
    await Promise.all(started.flatMap(each => (each.status === 'fulfilled' ? [each.value.stop()] : [])))
    rmSync(dataFolder, { recursive: true, force: true })
    registration.unregister()
    const latest = join(out, 'latest')
    rmSync(latest, { force: true })
    symlinkSync(id, latest)
  }
}

/** Removes what runs of dead labs left: folders, and on brokers that outlived them queues, topics and groups. */
async function sweep(reporter: Reporter): Promise<void> {
  const swept = await sweepDeadRuns(async ({ prefix, addresses }) => {
    for (const model of models) {
      if (!model.brokers.some(kind => addresses[kind])) continue
      await model.remove({ url: () => '', broker: addresses, prefix })
    }
  })
  for (const { id, problem } of swept) reporter.progress('sweep', problem ?? `removed what the dead run ${id} left`)
}
