import { test } from 'node:test'
import { createLog } from '#common/kit/log.ts'
import { until } from '#common/kit/until.ts'
import { startDuty } from './duty.ts'

test('many that are never acknowledged do not keep the others from their turn', async t => {
  const owed = new Set(Array.from({ length: 40 }, (_, index) => `hopeless-${index}`).concat('well'))
  const closing = new AbortController()
  const duty = startDuty({
    name: 'test',
    owed: () => [...owed],
    async perform(orderId) {
      if (orderId !== 'well') throw new Error('not acknowledged')
      owed.delete(orderId)
    },
    log: createLog('test', 'silent'),
    closing: closing.signal,
  })
  t.after(async () => {
    closing.abort()
    await duty.ended
  })
  await until(() => !owed.has('well'), { deadlineMs: 20_000, what: 'the last one to have its turn' })
})
