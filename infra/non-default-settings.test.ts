import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { nonDefaultSettings } from './non-default-settings.ts'

const ROOT = resolve(import.meta.dirname, '..')
const textOf = (file: string) => readFileSync(resolve(ROOT, file), 'utf8')

/** What only makes the one node and its output, or states the default. */
const NOT_LISTED: Record<string, readonly string[]> = {
  'infra/kafka/server.properties': [
    'process.roles',
    'node.id',
    'controller.listener.names',
    'inter.broker.listener.name',
    'listener.security.protocol.map',
    'log.retention.bytes',
    'default.replication.factor',
    'min.insync.replicas',
    'log.cleaner.threads',
  ],
  'infra/rabbitmq/rabbitmq.conf': ['log.console', 'log.console.level', 'log.file'],
}

const settingsIn = (file: string) =>
  textOf(file)
    .split('\n')
    .filter(line => /^[^#\s]/.test(line))
    .map(line => line.split('=').map(part => part.trim()))

test('every setting of a broker that is not the default is listed, with its value', () => {
  for (const [file, unlisted] of Object.entries(NOT_LISTED)) {
    const listed = nonDefaultSettings.filter(each => each.file === file).map(({ setting, value }) => [setting, value])
    const inFile = settingsIn(file).filter(([name = '']) => !unlisted.includes(name))
    assert.deepEqual(listed, inFile, file)
    const all = settingsIn(file).map(([name]) => name)
    for (const name of unlisted) assert.ok(all.includes(name), `${file} has no ${name}`)
  }
})

test('every listed setting stands in its file', () => {
  for (const { file, setting, text } of nonDefaultSettings.filter(each => !(each.file in NOT_LISTED))) {
    assert.ok(existsSync(resolve(ROOT, file)), file)
    assert.ok(text !== undefined && textOf(file).includes(text), `${file} does not set ${setting}`)
  }
})

test('a listed value is not the default, and has a reason', () => {
  for (const { broker, setting, value, default: byDefault, why } of nonDefaultSettings) {
    assert.notEqual(value, byDefault, setting)
    assert.ok(why.length > 0, `${broker}: ${setting}`)
  }
})
