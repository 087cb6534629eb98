/**
 * Private brokers in containers of public images, for a machine that has Docker and lacks what packages need: published on
 * loopback alone, with their data in volumes that are removed with them.
 * Guarantees that a container ends with the lab however the lab ends, as long as the engine answers then; what an engine
 * kept in spite of that is removed at the next start.
 */
import type { BrokerKind, Source, Broker, ProvideOptions, BrokerProcess } from './broker.ts'
import {
  engineVersion,
  imageIsThere,
  labelsOf,
  pullImage,
  removeContainer,
  runDocker,
  sweepContainers,
  unless,
} from './docker-engine.ts'
import { findCommand } from './machine-tools.ts'
import { randomBytes } from 'node:crypto'
import { rmSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '#common/contracts/make-folder.ts'
import { armDeadManSwitch } from '#host/dead-man-switch.ts'
import { leasePorts } from '#host/ports.ts'
import { kafkaVersion } from './kafka.ts'
import { memoryAlarm } from './memory-alarm.ts'
import { probes } from './probes.ts'
import { type Child, startChild } from '#host/child.ts'
import { awaitServing, type ServerOptions } from './server-process.ts'

export const docker: Source = {
  name: 'docker',

  async serves(kind, environment) {
    const refuse = (why: string, howToFix: string) => ({ serves: false, requested: false, why, howToFix }) as const
    if (kind === 'rabbitmq' && environment.LAB_RABBITMQ_VERSION) {
      return refuse(`A container's RabbitMQ is ${images.rabbitmq}.`, 'Unset LAB_RABBITMQ_VERSION to use it.')
    }
    if (!findCommand('docker', environment)) {
      return refuse('Docker is missing.', 'With Docker installed, the broker would run in a container.')
    }
    try {
      const engine = await engineVersion(environment)
      return { serves: true, detail: await describe(kind, engine, environment) }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      return refuse(`No Docker engine answers: ${why}`, 'Start it, and see that this user may use it (docker version).')
    }
  },

  provide: provideContainer,
}

async function describe(kind: BrokerKind, engine: string, environment: NodeJS.ProcessEnv): Promise<string> {
  const there = await imageIsThere(images[kind], environment)
  return `${images[kind]}${there ? '' : ', to be pulled once'}, by Docker ${engine}`
}

const names: Record<BrokerKind, string> = { rabbitmq: 'RabbitMQ', kafka: 'Kafka' }

// A container that was being created when the lab died appears after the first removal.
const REMOVE = 'docker rm --force --volumes "$0"; sleep 5; docker rm --force --volumes "$0"'

/** Pulls what is missing and resolves when the broker serves. */
async function provideContainer(kind: BrokerKind, options: ProvideOptions): Promise<Broker> {
  const { environment, progress, signal, dataFolder } = options
  for (const swept of await sweepContainers(environment)) progress(`removed the container ${swept} of a dead lab`)
  await pullImage(images[kind], options)
  const container = `lab-${kind}-${randomBytes(6).toString('hex')}`
  const folder = join(dataFolder, container)
  const lease = await leasePorts(1)
  const deadManSwitch = armDeadManSwitch({ command: 'sh', args: ['-c', REMOVE, container], env: environment })
  const cleanUp = async (): Promise<void> => {
    try {
      await removeContainer(container, environment)
    } finally {
      await deadManSwitch.cancel()
      lease.release()
      rmSync(folder, { recursive: true, force: true })
    }
  }
  try {
    signal.throwIfAborted()
    const [port = 0] = lease.ports
    const plan = containerPlans[kind](port, randomBytes(12).toString('hex'))
    progress(`${images[kind]}: starting in a container on port ${port}`)
    makeFolder(folder)
    await create(kind, { container, port, plan }, options)
    const probe = () => probes[kind](plan.address)
    const logFile = join(folder, 'broker.log')
    const process = await startContainer({ name: names[kind], container, environment, probe, logFile, signal })
    const alarm = async (isOn: boolean): Promise<void> => {
      await runDocker(['exec', container, 'rabbitmqctl', ...memoryAlarm(isOn)], { env: environment })
    }
    const version = kind === 'kafka' ? kafkaVersion() : (await probe()).replace('RabbitMQ ', '')
    return {
      kind,
      source: 'docker',
      version,
      address: plan.address,
      private: true,
      process: kind === 'rabbitmq' ? { ...process, alarm } : process,
      stop: cleanUp,
    }
  } catch (error) {
    // The first error is the one to report; what could not be removed goes at the next start.
    await cleanUp().catch(() => {})
    throw error
  }
}

/** Not ended by an abort: a creation that is cut off may come to its end after the removal. */
async function create(
  kind: BrokerKind,
  { container, port, plan }: { container: string; port: number; plan: ContainerPlan },
  { dataFolder, environment }: ProvideOptions,
): Promise<void> {
  const options = ['--name', container, '--publish', `127.0.0.1:${port}:${plan.port}`, ...labelsOf(dataFolder)]
  const script = `printf '%s' "$LAB_SETTINGS" > ${plan.settingsFile} && exec ${plan.command}`
  // Only named here, and taken from the environment: a password in the arguments is for all to read.
  const args = ['create', ...options, '--env', 'LAB_SETTINGS', ...plan.options, images[kind], 'sh', '-c', script]
  await runDocker(args, { env: { ...environment, LAB_SETTINGS: plan.settings } })
}

export const images: Record<BrokerKind, string> = {
  rabbitmq: 'rabbitmq:4-management',
  kafka: `apache/kafka:${kafkaVersion()}`,
}

/**
 * What runs in a broker's container: the public image, and the settings that the private brokers have too. They travel as
 * the value of a variable and are written to a file inside, so the engine need not see a file of this machine.
 */
type ContainerPlan = {
  /** The port inside, published as the leased one. */
  port: number
  /** Further options of `docker create`. */
  options: string[]
  settings: string
  /** Where the image reads them. */
  settingsFile: string
  /** What the image runs by itself. */
  command: string
  address: string
}

/** `port` is the one on this machine; `password` counts where the broker knows users. */
export const containerPlans: Record<BrokerKind, (port: number, password: string) => ContainerPlan> = {
  rabbitmq: (port, password) => ({
    port: 5672,
    // The data folder is named after the host. Erlang would make a table for all files that the engine allows.
    options: ['--hostname', 'lab', '--env', 'ERL_MAX_PORTS=65536'],
    settings: settings('rabbitmq/rabbitmq.conf', [
      'default_user = lab',
      `default_pass = ${password}`,
      'default_vhost = lab',
    ]),
    settingsFile: '/etc/rabbitmq/conf.d/90-lab.conf',
    command: 'docker-entrypoint.sh rabbitmq-server',
    address: `amqp://lab:${password}@127.0.0.1:${port}/lab`,
  }),
  kafka: port => ({
    // The broker talks to itself at what it advertises, so it is the same port inside and outside.
    port,
    options: ['--env', 'KAFKA_HEAP_OPTS=-Xms64m -Xmx256m'],
    settings: settings('kafka/server.properties', [
      `listeners=PLAINTEXT://0.0.0.0:${port},CONTROLLER://127.0.0.1:9093`,
      `advertised.listeners=PLAINTEXT://127.0.0.1:${port}`,
      'controller.quorum.voters=1@127.0.0.1:9093',
      'log.dirs=/var/lib/kafka/data',
    ]),
    settingsFile: '/mnt/shared/config/server.properties',
    command: '/etc/kafka/docker/run',
    address: `127.0.0.1:${port}`,
  }),
}

function settings(file: string, ofThisBroker: string[]): string {
  return `${[readFileSync(join(import.meta.dirname, '..', file), 'utf8'), ...ofThisBroker].join('\n')}\n`
}

type ContainerOptions = Omit<ServerOptions, 'launch' | 'beside'> & {
  container: string
  environment: NodeJS.ProcessEnv
}

/**
 * Starts a container that was created, for the first time; `signal` ends that start only. An attached `docker start` stays
 * beside it: it brings the broker's output and ends when the broker does. Signals go by way of the engine.
 */
async function startContainer(options: ContainerOptions): Promise<BrokerProcess> {
  const { container, environment, logFile, signal, name, probe } = options
  const docker = (command: string) => runDocker([command, container], { env: environment })
  const kill = async (attached: Child): Promise<void> => {
    // One that is not up yet is not waited for: whoever created the container removes it.
    await docker('kill').catch(unless(/is not running/, () => attached.kill()))
    await attached.exited
  }
  const launch = (): Child => {
    const args = ['start', '--attach', container]
    return startChild({ command: 'docker', args, env: environment, stdoutFile: logFile, stderrFile: logFile })
  }
  let attached = await awaitServing({ name, launch, probe, logFile }, kill, signal)
  return {
    pids: [],
    kill: () => kill(attached),
    async start() {
      if (attached.running) throw new Error(`${name} runs already.`)
      attached = await awaitServing({ name, launch, probe, logFile }, kill)
    },
    pause: async () => void (await docker('pause').catch(unless(/is already paused/))),
    resume: async () => void (await docker('unpause').catch(unless(/is not (paused|running)|No such container/))),
  }
}
