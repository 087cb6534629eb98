// The settings that all services of this model have, in addition to those of every service.
import { oneOf, type Setting } from '#common/service/config.ts'

const brokerList: Setting<string> = {
  about: 'the addresses of the Kafka brokers, host:port, separated by commas',
  fallback: '127.0.0.1:9092',
  read(value) {
    if (/^[^\s,:]+:\d{1,5}(,[^\s,:]+:\d{1,5})*$/.test(value)) return value
    throw new Error('host:port, or several separated by commas')
  },
}

const prefix: Setting<string> = {
  about: 'a prefix for the names of all topics and groups',
  fallback: '',
  read(value) {
    if (/^[\w.-]{0,100}$/.test(value)) return value
    throw new Error('letters, digits, dots, underscores and hyphens, at most 100')
  },
}

export const kafkaSettings = {
  KAFKA_BROKERS: brokerList,
  PREFIX: prefix,
  GROUP_SETTINGS: oneOf(
    ['quick', 'shipped'],
    'quick',
    'quick: a dead member of a group is noticed after 6 s, and one that comes back has its place at once; shipped: the times of the client library, and no fixed name',
  ),
  TOPIC_FLUSH: oneOf(
    ['on', 'off'],
    'off',
    'on: the topics that it creates sync each append to the disk (flush.messages=1)',
  ),
}
