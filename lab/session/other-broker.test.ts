import assert from 'node:assert/strict'
import { test } from 'node:test'
import { otherBroker } from './other-broker.ts'

const packaged = { rabbitmq: { source: 'packages', version: '3.10.8' } }

test('a broker of another version or from elsewhere is told, and one that is new or the same is not', () => {
  assert.equal(otherBroker({}, packaged), undefined)
  assert.equal(otherBroker(packaged, { ...packaged, kafka: { source: 'docker', version: '4.3.0' } }), undefined)
  for (const now of [
    { source: 'docker', version: '3.10.8' },
    { source: 'packages', version: '4.0.5' },
  ])
    assert.match(
      otherBroker(packaged, { rabbitmq: now }) ?? '',
      new RegExp(`^rabbitmq is ${now.version} \\(${now.source}\\) now, and .* ran on 3\\.10\\.8 \\(packages\\)`),
    )
})
