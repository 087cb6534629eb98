import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testBroker } from './test-broker.ts'

test('a test that needs a broker is given its address, and fails and says how to fix it where there is none', () => {
  assert.equal(testBroker('kafka', { LAB_TEST_KAFKA_BROKERS: '127.0.0.1:9092' }), '127.0.0.1:9092')
  for (const kind of ['rabbitmq', 'kafka'] as const) {
    assert.throws(() => testBroker(kind, {}), /^Error: LAB_TEST_\w+ is not set: run the tests with npm test/)
  }
})
