/**
 * A private RabbitMQ: a node of its own name on loopback, in a folder of its own, with a password made up
 * for it. Trusted when it takes a login; whether a queue is trusted is for the model to find out.
 */
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Child, startChild } from '#host/child.ts'
import { leasePorts } from '#host/ports.ts'
import type { Broker, ProvideOptions } from './broker.ts'
import { fetchRabbitmq } from './fetch-rabbitmq.ts'
import { probeRabbitmq } from './probe-rabbitmq.ts'
import { epmdCommand, type RabbitmqPlace, rabbitmqCommand, writeRabbitmqConf } from './rabbitmq-command.ts'
import { startServer } from './server-process.ts'

/** Fetches what is missing and resolves when the broker takes a login. */
export async function provideRabbitmq(options: ProvideOptions): Promise<Broker> {
  const root = await fetchRabbitmq(options)
  const folder = join(options.dataFolder, 'rabbitmq')
  const lease = await leasePorts(3)
  const [port = 0, distributionPort = 0, epmdPort = 0] = lease.ports
  const password = randomBytes(12).toString('hex')
  const place = { root, folder, port, distributionPort, epmdPort, user: 'lab', password, vhost: 'lab' }
  const address = `amqp://${place.user}:${password}@127.0.0.1:${port}/${place.vhost}`
  let epmd: Child | undefined
  const cleanUp = async (): Promise<void> => {
    epmd?.kill()
    await epmd?.exited
    lease.release()
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    options.progress(`RabbitMQ: starting on port ${port}`)
    writeRabbitmqConf(place)
    epmd = startEpmd(place)
    const process = await start(place, address, epmd, options.signal)
    const stop = async (): Promise<void> => {
      await process.kill()
      await cleanUp()
    }
    const version = (await probeRabbitmq(address)).replace('RabbitMQ ', '')
    return { kind: 'rabbitmq', source: 'packages', version, address, private: true, process, stop }
  } catch (error) {
    await cleanUp()
    throw error
  }
}

/** Stays while the broker is killed and started again: it forgets a name when its holder's connection closes. */
function startEpmd(place: RabbitmqPlace): Child {
  const log = join(place.folder, 'epmd.log')
  return startChild({ ...epmdCommand(place), stdoutFile: log, stderrFile: log })
}

function start(place: RabbitmqPlace, address: string, epmd: Child, signal: AbortSignal) {
  const logFile = join(place.folder, 'broker.log')
  return startServer({
    name: 'RabbitMQ',
    launch: () => startChild({ ...rabbitmqCommand(place), stdoutFile: logFile, stderrFile: logFile }),
    probe: () => probeRabbitmq(address),
    logFile,
    beside: [epmd],
    signal,
  })
}
