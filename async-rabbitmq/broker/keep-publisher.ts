// Keeps a publisher open for as long as the service runs.
// Guarantees: a publisher is handed out only once the whole topology exists and every queue has confirmed a probe, anew
// after each connect, and after somebody deleted a queue: a message that no queue takes, or a consumer without its queue, has
// the topology declared again. Health is degraded while there is none, and while the oldest message waits too long for its
// confirm.
// It reconnects for ever, with pauses of at most about two seconds.
import type { Connection } from 'rabbitmq-client'
import type { BusyTime } from '#common/contracts/busy-time.ts'
import { explain, LabError } from '#common/contracts/errors.ts'
import { createBackoff, degradedReporter, type RetryParts } from '#common/service/retry.ts'
import type { Topology } from '../messaging/topology.ts'
import { declareTopology, topologyReady } from './declare-topology.ts'
import { openPublisher, type Publisher } from './publisher.ts'

const PACE = { firstMs: 100, longestMs: 2_000 }
const SLOW_CONFIRM_MS = 5_000
const CHECK_CONFIRMS_MS = 1_000

export type KeptPublisher = {
  current(): Publisher | undefined
  /** Resolves when messages can be published; rejects when the service is closing. */
  ready(): Promise<void>
  /** Something of the topology is missing: declares it again, and publishes nothing until it is ready. */
  declareAgain(why: string): void
  close(): Promise<void>
}

/** `sends` counts the messages that wait for their confirm. */
type Parts = RetryParts & { connection: Connection; topology: Topology; sends: BusyTime }

export function keepPublisher(parts: Parts): KeptPublisher {
  const { connection, topology, log, health, closing } = parts
  const report = degradedReporter(parts, 'broker')
  /** Handed out, when it is ready. */
  let current: Publisher | undefined
  let open: Publisher | undefined
  let whenReady = pendingReady()
  let missing = Promise.withResolvers<string>()
  const declareAgain = (why: string) => missing.resolve(why)

  health.report('broker', 'not connected yet')
  connection.on('error', error => {
    // While there is a publisher, the end of its channel reports the problem.
    if (!current) report(away(error))
  })
  connection.on('connection.blocked', reason => health.report('publishing', `the broker blocks it: ${reason}`))
  const unblocked = () => health.report('publishing', null)
  connection.on('connection.unblocked', unblocked)
  connection.on('connection', unblocked) // a new one is not blocked
  closing.addEventListener('abort', () => whenReady.reject(new LabError('unavailable', 'the service is closing')))
  const confirmTimer = setInterval(() => {
    const waitMs = current?.oldestWaitMs() ?? 0
    health.report('confirms', waitMs > SLOW_CONFIRM_MS ? `none for ${Math.round(waitMs / 1_000)} s` : null)
  }, CHECK_CONFIRMS_MS)

  async function keepOpen(): Promise<void> {
    const backoff = createBackoff(closing, PACE)
    while (!closing.aborted) {
      try {
        const declared = await declareTopology(connection, topology)
        open ??= await openPublisher(connection, { onUnroutable: declareAgain, sends: parts.sends })
        await topologyReady(connection, open, { topology, ...declared })
        current = open
        missing = Promise.withResolvers()
        report(null)
        log.info('ready to publish')
        whenReady.resolve()
        const why = await Promise.race([open.closed, missing.promise])
        current = undefined
        whenReady = pendingReady()
        if (why === undefined) {
          open = undefined
          backoff.reset()
        }
        // Otherwise the publisher stays open: other messages wait for their confirms on its channel.
        report(why === undefined ? away('the connection was lost') : `the topology is declared again: ${why}`)
      } catch (error) {
        // Before the close, which waits for as long as a queue without a leader holds up the channel.
        report(error instanceof LabError ? error.detail : away(error))
        await open?.close().catch(() => {})
        open = undefined
      }
      await backoff.pause()
    }
  }
  void keepOpen()

  return {
    current: () => current,
    ready: () => whenReady.promise,
    declareAgain,
    async close() {
      clearInterval(confirmTimer)
      await open?.close()
    },
  }
}

const away = (error: unknown) => `the broker is away or refuses: ${explain(error)}`

/** A rejection of it is handled, also when nothing waits for it. */
function pendingReady(): PromiseWithResolvers<void> {
  const ready = Promise.withResolvers<void>()
  ready.promise.catch(() => {})
  return ready
}
