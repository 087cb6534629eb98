// `lab up`: a model's services on their own ports, with brokers, until Ctrl-C. Their data is deleted afterwards.
import type { Command } from 'commander'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { IDEMPOTENCY_KEY } from '#common/contracts/headers.ts'
import { withLock } from '#host/file-lock.ts'
import type { Model, Deployment } from '#engine/experiment/model.ts'
import { withoutPassword } from '#infra/brokers/probes.ts'
import { addressesOf, createBrokers, requireOpenFiles } from '../../session/environment.ts'
import { COULD_NOT_RUN, listenForInterrupt } from '../command-line.ts'
import { models } from '../../session/registry.ts'
import { RUNS, shortPath } from '../../session/run-folder.ts'
import { openDataFolder, sweep } from '../../session/sweep.ts'
import { recordUp, freePorts, startServices, type UpPorts, usualPorts } from '../../session/up.ts'
import { findNamed } from '../usage.ts'

export function addUpCommand(program: Command): void {
  program
    .command('up')
    .description('start the services of a model on their ports, with their brokers, until Ctrl-C')
    .argument('<model>', models.map(({ name }) => name).join(', '))
    .option('--free-ports', 'use free ports instead of the usual ones')
    .option('--out <folder>', 'the parent of the folder of the logs (default: runs)')
    .addHelpText('after', '\nExample: npm run lab -- up sync-rest')
    .action(async (name: string, { freePorts: free = false, out = RUNS }: { freePorts?: boolean; out?: string }) => {
      const model = findNamed('model', name, models)
      // Other commands find it by its name, and its logs have one place.
      const onWait = () => {
        throw new Error(`${model.name} is up already: use it, or end it with Ctrl-C where it was started.`)
      }
      const logFolder = join(resolve(out), `up-${model.name}`)
      await withLock(
        `up-${model.name}`,
        async () => up(model, await (free ? freePorts : usualPorts)(model), logFolder),
        { onWait },
      )
    })
}

async function up(model: Model, ports: UpPorts, logFolder: string): Promise<void> {
  requireOpenFiles()
  const signal = listenForInterrupt()
  const lasting = addressesOf(process.env)
  const shared = model.brokers.some(kind => lasting[kind])
  // Short names on the lab's own broker; unique names on an external one.
  const prefix = shared ? `lab-up-${randomBytes(2).toString('hex')}.` : ''
  rmSync(logFolder, { recursive: true, force: true })
  await sweep(line => console.log(line), signal)
  const data = openDataFolder(`up-${process.pid}`, { prefix, addresses: shared ? lasting : {} })
  const onProgress = (kind: string, line: string) => console.log(`${kind}: ${line}`)
  const brokers = createBrokers({ dataFolder: data.path, signal, onProgress })
  const deployment: Deployment = { url: ports.url, broker: {}, prefix }
  try {
    for (const kind of model.brokers) deployment.broker[kind] = (await brokers.get(kind)).address
    const services = await startServices({ model, deployment, dataFolder: data.path, logFolder, signal })
    const forget = recordUp(model.name, deployment)
    try {
      console.log(greeting(model, deployment, shortPath(logFolder)))
      const ended = signal.aborted ? [] : once(signal, 'abort').then(() => undefined)
      const dead = await Promise.race([ended, services.died])
      if (typeof dead === 'string') {
        process.exitCode = COULD_NOT_RUN
        process.stderr.write(
          `${dead} ended unexpectedly, and the other services were stopped; see ${shortPath(logFolder)}/${dead}.log.\n`,
        )
      }
    } finally {
      forget()
      await services.stop()
      if (shared) await model.remove(deployment)
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    await brokers.keepOnly([])
    data.remove()
    ports.release()
  }
}

function greeting(model: Model, { url, broker, prefix }: Deployment, logs: string): string {
  const entry = url(model.entry)
  const body = JSON.stringify({ userId: 'ada', items: [{ sku: 'burger', quantity: 2 }] })
  const key = `'${IDEMPOTENCY_KEY}: first'`
  return [
    `${model.name} is up:`,
    ...model.services.map(({ name }) => `  ${name} ${url(name)}`),
    ...Object.entries(broker).map(
      ([kind, address]) => `  ${kind} ${prefix === '' ? address : withoutPassword(address)}`,
    ),
    'Place an order (the same key gives the same order):',
    `  curl -s ${entry}/order -H 'content-type: application/json' -H ${key} -d '${body}'`,
    'See its status, and the stock:',
    `  curl -s ${entry}/order/ORDER_ID`,
    `  curl -s ${url(model.evidence.inventory)}/inventory`,
    ...(model.features.includes('dead-letters')
      ? ['List dead letters:', `  npm run lab -- dead-letters list --model ${model.name}`]
      : []),
    `Logs: ${logs}/. Ctrl-C ends it and deletes its data.`,
  ].join('\n')
}
