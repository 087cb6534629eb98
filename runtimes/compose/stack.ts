// The stack of one model for a whole run: its image, its ports, its broker. Guarantees: it ends with the lab, however
// the lab ends, as long as the engine answers then; what an engine kept in spite of that goes at the next start.
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { makeFolder } from '#common/contracts/make-folder.ts'
import type { BrokerControl } from '#engine/run/broker-targets.ts'
import type { BrokerKind, Model } from '#engine/experiment/model.ts'
import { armDeadManSwitch } from '#host/dead-man-switch.ts'
import { registerRun } from '#host/run-registry.ts'
import { leasePorts } from '#host/ports.ts'
import { waitFor } from '#host/wait-for.ts'
import { kafkaVersion } from '#infra/brokers/kafka.ts'
import { memoryAlarm } from '#infra/brokers/memory-alarm.ts'
import { probes } from '#infra/brokers/probes.ts'
import type { Stack } from './containers.ts'
import { type Compose, createProject, docker, overlayOf, REMOVE_PROJECT, removeProject } from './project.ts'

const BROKER_MS = 180_000
const USER = 'lab'

/** The variables of the compose files that set ports, beside `<SERVICE>_PORT`. */
const BROKER_PORTS: Record<BrokerKind, string[]> = { rabbitmq: ['AMQP_PORT', 'MANAGEMENT_PORT'], kafka: ['KAFKA_PORT'] }

export type OpenStack = Stack & {
  /** What can be done to the broker's container. */
  controls: Partial<Record<BrokerKind, BrokerControl>>
  brokers: Record<string, { source: string; version: string }>
  close(): Promise<void>
}

type Options = {
  run: string
  dataFolder: string
  signal: AbortSignal
  onProgress(task: string, line: string): void
  model: Model
  compose: Compose
}

/** Resolves when the broker serves. @throws Error in one sentence, with nothing left */
export async function openStack(options: Options): Promise<OpenStack> {
  const { model, run, signal, compose, onProgress } = options
  const name = `lab-${run}-${model.name}`
  const folder = join(options.dataFolder, name)
  makeFolder(folder)
  const portNames = [
    ...model.services.map(service => portName(service.name)),
    ...model.brokers.flatMap(kind => BROKER_PORTS[kind]),
  ]
  const lease = await leasePorts(portNames.length)
  const ports = Object.fromEntries(portNames.map((port, index) => [port, String(lease.ports[index])]))
  const password = randomBytes(12).toString('hex')
  const variables = { ...ports, RABBITMQ_USER: USER, RABBITMQ_PASSWORD: password }
  const project = createProject({ compose, model: model.name, name, folder, variables })
  const stack: Stack = { project, ...addresses(model, ports, `${USER}:${password}`) }

  const registration = registerRun({ directories: [], prefix: '', addresses: {}, projects: [name] })
  // What was being created when the lab died appears after the first removal.
  const deadManSwitch = armDeadManSwitch({
    command: 'sh',
    args: ['-c', `(${REMOVE_PROJECT})\nsleep 5\n(${REMOVE_PROJECT})`, name],
  })
  const close = async (): Promise<void> => {
    try {
      await removeProject(name)
      // Not when that failed: by the record the next start finds what is left.
      registration.unregister()
    } finally {
      await deadManSwitch.cancel()
      lease.release()
    }
  }
  try {
    project.overlay(overlayOf({ model, inside: { ...stack.inside, prefix: '' }, environment: {} }))
    const [first = ''] = model.services.map(service => service.name)
    onProgress('containers', 'building the image of the services')
    // All have the same.
    await project.compose(['build', first], signal)
    const brokers: OpenStack['brokers'] = {}
    const controls: OpenStack['controls'] = {}
    for (const kind of model.brokers) {
      onProgress(kind, 'starting in its container')
      signal.throwIfAborted()
      await project.compose(['up', '-d', '--no-deps', '--no-build', kind])
      brokers[kind] = { source: 'compose', version: await serving(kind, stack, signal) }
      controls[kind] = await controlOf(kind, stack)
    }
    return { ...stack, brokers, controls, close }
  } catch (error) {
    // The first error is the one to report; what could not be removed goes at the next start.
    await close().catch(() => {})
    throw error
  }
}

/** As the compose files name the variable. */
const portName = (service: string): string => `${service.toUpperCase()}_PORT`

function addresses(model: Model, ports: Record<string, string>, login: string): Pick<Stack, 'outside' | 'inside'> {
  const portOf = (service: string) => model.services.find(({ name }) => name === service)?.port
  const has = (kind: BrokerKind) => model.brokers.includes(kind)
  const brokers = (rabbitmq: string, kafka: string) => ({
    ...(has('rabbitmq') && { rabbitmq: `amqp://${login}@${rabbitmq}/` }),
    ...(has('kafka') && { kafka }),
  })
  return {
    outside: {
      url: service => `http://127.0.0.1:${ports[portName(service)]}`,
      broker: brokers(`127.0.0.1:${ports.AMQP_PORT}`, `127.0.0.1:${ports.KAFKA_PORT}`),
    },
    inside: {
      url: service => `http://${service}:${portOf(service)}`,
      broker: brokers('rabbitmq:5672', 'kafka:19092'),
    },
  }
}

async function controlOf(kind: BrokerKind, stack: Stack): Promise<BrokerControl> {
  const container = (await stack.project.compose(['ps', '-q', kind])).trim()
  return {
    kill: async () => void (await docker(['kill', container])),
    // Also when the run was interrupted: what a variant leaves behind is removed on a broker that serves.
    async start() {
      await docker(['start', container])
      await serving(kind, stack)
    },
    pause: async () => void (await docker(['pause', container])),
    resume: async () => void (await docker(['unpause', container])),
    ...(kind === 'rabbitmq' && {
      alarm: async (isOn: boolean) => void (await docker(['exec', container, 'rabbitmqctl', ...memoryAlarm(isOn)])),
    }),
  }
}

/** Resolves with the broker's version; a Kafka does not report its own, and all of the lab's have the same. */
async function serving(kind: BrokerKind, { outside }: Stack, signal?: AbortSignal): Promise<string> {
  let why = ''
  const serves = () =>
    probes[kind](outside.broker[kind] ?? '').catch((error: unknown) => {
      why = error instanceof Error ? error.message : String(error)
      return undefined
    })
  const patience = { deadlineMs: BROKER_MS, everyMs: 250, what: `${kind} to serve in its container`, signal }
  const said = await waitFor(serves, patience).catch((error: unknown) => {
    if (signal?.aborted) throw error
    throw new Error(`${error instanceof Error ? error.message : String(error)} ${why}`, { cause: error })
  })
  return kind === 'kafka' ? kafkaVersion() : said.replace('RabbitMQ ', '')
}
