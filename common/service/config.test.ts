import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError, integer, port, readConfig, refuseRenamed } from './config.ts'

test('a variable that is set under its old name is refused in one sentence that says the new one', () => {
  for (const [before, now] of [
    ['W', 'CONCURRENCY'],
    ['ORDER_TWICE', 'ORDER_DUPLICATE'],
  ] as const)
    assert.throws(
      () => refuseRenamed({ [before]: '1', [now]: '2' }),
      (error: unknown) => error instanceof ConfigError && error.message.includes(`${before} is now called ${now}`),
    )
})

test('new names, and old ones that are empty, are accepted', () => {
  refuseRenamed({ CONCURRENCY: '1', ORDER_DUPLICATE: 'on', W: '' })
})

test('every wrong variable is named at once, with its value and what is expected', () => {
  const settings = { PORT: port(8000), CONCURRENCY: integer(8, 'how many at once', { min: 1 }) }
  assert.deepEqual(readConfig(settings, { CONCURRENCY: '2' }), { PORT: 8000, CONCURRENCY: 2 })
  assert.throws(() => readConfig(settings, { PORT: 'http', CONCURRENCY: '0' }), {
    name: 'ConfigError',
    message:
      'PORT is "http"; expected a whole number from 0 to 65535; CONCURRENCY is "0"; expected a whole number from 1 to 2147483648',
  })
})
