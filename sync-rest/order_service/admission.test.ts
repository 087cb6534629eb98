import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createOccupancy } from '#common/service/occupancy.ts'
import { openAdmission } from './admission.ts'

const CONCURRENCY = 64

test('one slow call closes the admission, and a few fast answers open it whole again', async () => {
  let atMs = 0
  const occupancy = createOccupancy()
  const places = occupancy.places('CONCURRENCY', CONCURRENCY)
  const shown = () => occupancy.view().places.map(({ limit, taken }) => [limit, taken])[0]
  const { admit, timed } = openAdmission({ deadlineMs: 1_000, concurrency: CONCURRENCY, places }, () => atMs)
  const slow = Promise.withResolvers<void>()
  const held: PromiseWithResolvers<void>[] = []
  const hold = () => {
    const work = Promise.withResolvers<void>()
    held.push(work)
    return admit(() => work.promise)
  }
  const answer = () =>
    timed(
      async () => {},
      () => true,
    )

  const first = timed(
    () => slow.promise,
    () => true,
  )
  await answer()
  atMs = 700
  const one = hold()
  await assert.rejects(hold(), { code: 'overloaded' })
  assert.deepEqual(shown(), [1, 1])
  slow.resolve()
  await first
  for (let count = 0; count < 8; count++) await answer()
  const others = Array.from({ length: CONCURRENCY - 1 }, hold)
  assert.deepEqual(shown(), [CONCURRENCY, CONCURRENCY])
  for (const { resolve } of held) resolve()
  await Promise.all([one, ...others])
})
