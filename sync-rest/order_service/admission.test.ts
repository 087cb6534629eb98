import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openAdmission } from './admission.ts'

const CONCURRENCY = 64

test('one slow call closes the admission, and a few fast answers open it whole again', async () => {
  let atMs = 0
  const { admit, timed } = openAdmission({ deadlineMs: 1_000, concurrency: CONCURRENCY }, () => atMs)
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
  slow.resolve()
  await first
  for (let count = 0; count < 8; count++) await answer()
  const others = Array.from({ length: CONCURRENCY - 1 }, hold)
  for (const { resolve } of held) resolve()
  await Promise.all([one, ...others])
})
