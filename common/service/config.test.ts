import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError, refuseRenamed } from './config.ts'

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
