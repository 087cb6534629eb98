// producer_order alone. With the outbox it takes orders while it is unhealthy.
import { waitFor } from '#host/wait-for.ts'
import { type Answer, call } from './client.ts'
import type { KafkaSystem } from './system.ts'

export const NAME = 'producer_order'
const DEADLINE_MS = 60_000

/** Starts it, and waits only until it listens. */
export async function startUnhealthy(system: KafkaSystem): Promise<void> {
  system.launch(NAME)
  const listens = () => call(`${system.url(NAME)}/orders`, 'GET').catch(() => false)
  await waitFor(listens, { deadlineMs: DEADLINE_MS, what: `${NAME} to listen` })
}

export async function restartUnhealthy(system: KafkaSystem): Promise<void> {
  await system.kill(NAME)
  await startUnhealthy(system)
}

export const untilHealthAnswers = ({ url }: KafkaSystem, status: number): Promise<unknown> =>
  waitFor(async () => (await call(`${url(NAME)}/health`, 'GET')).status === status, {
    deadlineMs: DEADLINE_MS,
    what: `the health of ${NAME} to answer ${status}`,
  })

/** `GET /order/:id` */
export const showOrder = ({ url }: KafkaSystem, id: string): Promise<Answer> => call(`${url(NAME)}/order/${id}`, 'GET')
