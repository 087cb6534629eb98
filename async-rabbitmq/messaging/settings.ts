// The settings of every service of this model, beyond those of all services.
import { oneOf, type Setting } from '#common/service/config.ts'
import { DEFAULT_RETRY_DELAYS_MS, MAX_RETRY_DELAYS } from './topology.ts'

const amqpUrl: Setting<string> = {
  about: 'the address of the RabbitMQ broker, with user and password',
  fallback: 'amqp://lab:lab@127.0.0.1:5672/',
  read(value) {
    if (URL.canParse(value) && /^amqps?:$/.test(new URL(value).protocol)) return value
    throw new Error('an amqp:// or amqps:// address, like amqp://user:password@host:5672')
  },
}

const retryDelaysMs: Setting<number[]> = {
  about: 'the delay in ms before each retry of a message, then it is dead-lettered; the same for all services',
  fallback: DEFAULT_RETRY_DELAYS_MS.join(),
  read(value) {
    const delaysMs = value.split(',').map(Number)
    const isDelay = (ms: number) => Number.isInteger(ms) && ms >= 1 && ms <= 3_600_000
    if (delaysMs.length <= MAX_RETRY_DELAYS && delaysMs.every(isDelay)) return delaysMs
    throw new Error(`1 to ${MAX_RETRY_DELAYS} whole numbers from 1 to 3600000, with commas`)
  },
}

const prefix: Setting<string> = {
  about: 'a prefix for the names of all exchanges and queues',
  fallback: '',
  read(value) {
    if (/^[\w.:-]{0,100}$/.test(value)) return value
    throw new Error('at most 100 letters, digits, dots, colons, dashes and underscores')
  },
}

export const brokerSettings = {
  RABBITMQ_URL: amqpUrl,
  PREFIX: prefix,
  RETRY_DELAYS_MS: retryDelaysMs,
  CLIENT_SETTINGS: oneOf(
    ['quick', 'shipped'],
    'quick',
    'quick: a silent broker is noticed within 20 s, and one that is back within 2 s; shipped: the times of the client library',
  ),
}
