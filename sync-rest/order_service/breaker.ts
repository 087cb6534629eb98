// The circuit breaker in front of a peer: after some failures in a row the peer is left alone for a while.
// Guarantees: what the peer refuses (400, 409) is a success of the call, and ends a row of failures. While it is open, health
// lists it as a problem, and stays green: this service works, and only new requests can find out that the peer is back.
import { circuitBreaker, CircuitState, ConsecutiveBreaker, handleAll } from 'cockatiel'
import type { Health } from '#common/service/health.ts'
import { CallError } from '../http-client/call.ts'

export type Breaker = {
  /** @throws BrokenCircuitError without a call while it is open; else what `work` throws */
  execute<Result>(work: () => Promise<Result>): Promise<Result>
  /** Whether a call would be refused now, or would have to wait for the one that probes. */
  isOpen(): boolean
}

type BreakerParts = { peer: string; failures: number; openMs: number; health: Health }

/** Opens after so many failures in a row, and lets one call through after `openMs` to probe. */
export function openBreaker({ peer, failures, openMs, health }: BreakerParts): Breaker {
  const breaker = circuitBreaker(handleAll, { halfOpenAfter: openMs, breaker: new ConsecutiveBreaker(failures) })
  let openUntilMs = 0
  breaker.onBreak(() => {
    openUntilMs = performance.now() + openMs
    health.warn(peer, 'the breaker is open')
  })
  breaker.onReset(() => health.warn(peer, null))
  return {
    async execute(work) {
      const settled = await breaker.execute(async () => {
        try {
          return { result: await work() }
        } catch (error) {
          if (isFailure(error)) throw error
          return { error }
        }
      })
      if ('error' in settled) throw settled.error
      return settled.result
    },
    isOpen: () => breaker.state === CircuitState.HalfOpen || performance.now() < openUntilMs,
  }
}

/** Only a 400, a 409 and a refused connection prove that the peer did nothing, and of these two only the latter is a failure. */
const isFailure = (error: unknown): boolean =>
  error instanceof CallError && (error.mayHaveActed || error.code === 'unavailable')

/** For an experiment that leaves the breaker out. */
export const noBreaker: Breaker = { execute: work => work(), isOpen: () => false }
