import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LabError } from '#common/contracts/errors.ts'
import { waitFor } from '#host/wait-for.ts'
import { consumerQueue, openConsumer } from '../tests/support/test-consumer.ts'

const failing = () => {
  throw new Error('it fails')
}

const republished = [
  { name: 'to a delay queue', given: {}, handle: failing, to: 'retry.1' },
  { name: 'as a dead letter', given: { body: Buffer.from('[]') }, handle: undefined, to: consumerQueue.deadLetters },
  { name: 'to the end of its queue', given: { deliveryCount: 5 }, handle: failing, to: consumerQueue.queue },
]
for (const { name, given, handle, to } of republished)
  test(`a message that is republished ${name} is acked after the confirm, and republished again when it is refused`, async t => {
    const { confirms, deliver, health, published, steps, quiet, untilPublished, untilSteps } = openConsumer(t, {
      handle,
    })
    deliver('o', given)
    await untilPublished(1)
    assert.equal(published[0]?.exchange || published[0]?.routingKey, to)
    await quiet()
    assert.ok(!steps.includes('ack o'), 'not confirmed yet')
    confirms[0]?.reject(new LabError('unavailable', 'the broker is away'))
    await untilPublished(2)
    assert.ok(health.view().problems.work)
    assert.ok(!steps.includes('ack o'), 'refused')
    confirms[1]?.resolve()
    await untilSteps('ack o')
    assert.deepEqual(steps.slice(-2), ['confirmed', 'ack o'])
    await waitFor(() => health.view().healthy, { deadlineMs: 30_000, what: 'health' })
  })

test('a service that is closing leaves its messages unacked', async t => {
  const { closing, deliver, published, steps, quiet, untilSteps } = openConsumer(t, { handle: failing })
  closing.abort()
  deliver('o')
  await untilSteps('handle o')
  await quiet()
  assert.deepEqual(published, [])
  assert.deepEqual(steps, ['handle o'])
})
