// Waits until all is quiet, and reads the evidence then.
// Guarantees: evidence that is called quiet was read twice, and the second look found the same. A request whose client
// has given up may still be unread in a socket, its order in nobody's book; and pages are read one after the other, so
// that only what a second look finds unchanged was whole.
import { setTimeout as wait } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { Variant } from '../experiment/define.ts'
import { isQuiet, readEvidence } from './evidence.ts'
import type { Evidence } from './history.ts'
import type { BrokerInspector, Model } from '../experiment/model.ts'
import type { Runtime } from '../experiment/runtime.ts'
import type { Progress } from '../experiment/steps.ts'

/** Between two looks. */
const LOOK_MS = 200

type Settling = {
  model: Model
  variant: Pick<Variant, 'quiescenceMs' | 'completeWhen'>
  runtime: Runtime
  link: BrokerInspector
  look(): Promise<Progress>
  signal: AbortSignal
}

/**
 * The evidence when all is quiet, or, not quiet, as it stands at the deadline.
 * @throws Error when it cannot be read then
 */
export async function awaitQuiescence(options: Settling): Promise<{ evidence: Evidence; quiet: boolean }> {
  const { model, variant, runtime, link, look, signal } = options
  const deadline = performance.now() + variant.quiescenceMs
  let before: Evidence | undefined
  for (;;) {
    // First what is awaited, then the evidence: it must hold what was awaited.
    const met = variant.completeWhen?.(await look()) ?? true
    const late = performance.now() > deadline
    const evidence = await readEvidence(model, runtime, link).catch((error: unknown) => {
      // A broker or service that was killed and started again may not answer yet.
      if (late) throw error
      return undefined
    })
    const quiet = evidence !== undefined && met && isQuiet(evidence)
    if (quiet && isDeepStrictEqual(before, evidence)) return { evidence, quiet }
    // A first quiet look at the deadline is worth its second.
    if (evidence && late && !(quiet && before === undefined)) return { evidence, quiet: false }
    before = quiet ? evidence : undefined
    await wait(LOOK_MS, undefined, { signal })
  }
}
