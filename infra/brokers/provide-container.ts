/**
 * A private broker in a container of its own: published on loopback alone, its data in volumes that go with
 * it. Guarantees that it ends with the lab however the lab ends, as long as the engine answers then; what an
 * engine kept in spite of that goes at the next start.
 */
import { randomBytes } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { armDeadManSwitch } from '#host/dead-man-switch.ts'
import { leasePorts } from '#host/ports.ts'
import type { Broker, BrokerKind, ProvideOptions } from './broker.ts'
import { type ContainerPlan, images, planContainer } from './container-plan.ts'
import { startContainer } from './container-process.ts'
import { kafkaVersion } from './fetch-kafka.ts'
import { probeKafka } from './probe-kafka.ts'
import { probeRabbitmq } from './probe-rabbitmq.ts'
import { pullImage } from './pull-image.ts'
import { runDocker } from './run-docker.ts'
import { labelsOf, removeContainer, sweepContainers } from './sweep-containers.ts'

const names: Record<BrokerKind, string> = { rabbitmq: 'RabbitMQ', kafka: 'Kafka' }
const probes: Record<BrokerKind, (address: string) => Promise<string>> = { rabbitmq: probeRabbitmq, kafka: probeKafka }

// A container whose making was under way when the lab died comes after the first look.
const REMOVE = 'docker rm --force --volumes "$0"; sleep 5; docker rm --force --volumes "$0"'

/** Pulls what is missing and resolves when the broker serves. */
export async function provideContainer(kind: BrokerKind, options: ProvideOptions): Promise<Broker> {
  const { environment, progress, signal, dataFolder } = options
  for (const swept of await sweepContainers(environment)) progress(`removed the container ${swept} of a dead lab`)
  await pullImage(images[kind], options)
  const container = `lab-${kind}-${randomBytes(6).toString('hex')}`
  const folder = join(dataFolder, container)
  const lease = await leasePorts(1)
  const will = armDeadManSwitch({ command: 'sh', args: ['-c', REMOVE, container], env: environment })
  const cleanUp = async (): Promise<void> => {
    try {
      await removeContainer(container, environment)
    } finally {
      await will.cancel()
      lease.release()
      rmSync(folder, { recursive: true, force: true })
    }
  }
  try {
    signal.throwIfAborted()
    const [port = 0] = lease.ports
    const plan = planContainer(kind, port, randomBytes(12).toString('hex'))
    progress(`${images[kind]}: starting in a container on port ${port}`)
    mkdirSync(folder, { recursive: true })
    await create(kind, { container, port, plan }, options)
    const probe = () => probes[kind](plan.address)
    const logFile = join(folder, 'broker.log')
    const process = await startContainer({ name: names[kind], container, environment, probe, logFile, signal })
    const version = kind === 'kafka' ? kafkaVersion() : (await probe()).replace('RabbitMQ ', '')
    return { kind, source: 'docker', version, address: plan.address, private: true, process, stop: cleanUp }
  } catch (error) {
    // Said is what came first; what could not be removed goes at the next start.
    await cleanUp().catch(() => {})
    throw error
  }
}

/** Not ended by an abort: a making that is cut off may come to its end after the removal. */
async function create(
  kind: BrokerKind,
  { container, port, plan }: { container: string; port: number; plan: ContainerPlan },
  { dataFolder, environment }: ProvideOptions,
): Promise<void> {
  const place = ['--name', container, '--publish', `127.0.0.1:${port}:${plan.port}`, ...labelsOf(dataFolder)]
  const script = `printf '%s' "$LAB_SETTINGS" > ${plan.settingsFile} && exec ${plan.command}`
  // Only named here, and taken from the environment: a password in the arguments is for all to read.
  const args = ['create', ...place, '--env', 'LAB_SETTINGS', ...plan.options, images[kind], 'sh', '-c', script]
  await runDocker(args, { env: { ...environment, LAB_SETTINGS: plan.settings } })
}
