/**
 * What runs in a broker's container: the public image, and the settings that the private brokers have too. They
 * travel as the value of a variable and are written down inside, so the engine need not see a file of this machine.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BrokerKind } from './broker.ts'
import { kafkaVersion } from './fetch-kafka.ts'

export const images: Record<BrokerKind, string> = {
  rabbitmq: 'rabbitmq:4-management',
  kafka: `apache/kafka:${kafkaVersion()}`,
}

export type ContainerPlan = {
  /** The port inside, published as the leased one. */
  port: number
  /** What `docker create` gets besides, before the image. */
  options: string[]
  settings: string
  /** Where the image reads them. */
  settingsFile: string
  /** What the image runs by itself. */
  command: string
  address: string
}

const plans: Record<BrokerKind, (port: number, password: string) => ContainerPlan> = {
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

/** `port` is the one on this machine; `password` counts where the broker knows users. */
export const planContainer = (kind: BrokerKind, port: number, password: string): ContainerPlan =>
  plans[kind](port, password)

function settings(file: string, ofThePlace: string[]): string {
  return `${[readFileSync(join(import.meta.dirname, '..', file), 'utf8'), ...ofThePlace].join('\n')}\n`
}
