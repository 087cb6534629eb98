// producer_order alone, which with the outbox does its work while it is unhealthy.
import { waitFor } from '#host/wait-for.ts'
import { type Answer, call } from './client.ts'
import type { TestSystem } from './test-system.ts'

export const NAME = 'producer_order'
const DEADLINE_MS = 60_000

/** Starts it, and waits only until it listens. */
export async function startUnhealthy({ runtime }: TestSystem): Promise<void> {
  runtime.start(NAME).catch(() => {}) // waits for health on its own, until the service ends
  const listens = () => call(`${runtime.url(NAME)}/orders`, 'GET').catch(() => false)
  await waitFor(listens, { deadlineMs: DEADLINE_MS, what: `${NAME} to listen` })
}

export async function restart(stage: TestSystem): Promise<void> {
  await stage.runtime.kill(NAME)
  await startUnhealthy(stage)
}

export const untilHealth = ({ runtime }: TestSystem, status: number) =>
  waitFor(async () => (await call(`${runtime.url(NAME)}/health`, 'GET')).status === status, {
    deadlineMs: DEADLINE_MS,
    what: `the health of ${NAME} to answer ${status}`,
  })

/** `GET /order/:id` */
export const show = ({ runtime }: TestSystem, id: string): Promise<Answer> =>
  call(`${runtime.url(NAME)}/order/${id}`, 'GET')
