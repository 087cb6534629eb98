// Whether this store is the one that reads the results. An order of any other would stay pending for ever, so it is neither
// taken nor published.
// Guarantees: a store that has read the results takes orders without a broker, until the broker says that another one reads
// them; a store that never has takes none before. Nothing is published before the broker has said so to this process.
import { LabError } from '#common/contracts/errors.ts'
import type { ServiceStore } from '#common/stores/group-commit.ts'
import type { Mark } from '#common/stores/mark.ts'
import type { ReaderClaim } from '../broker/reader-claim.ts'

/** Whether the store is known to read the results. */
export type ReaderTables = { reader: Mark }

export type Reading = {
  /** As of a subscriber of the results. */
  onClaim(claim: ReaderClaim): Promise<void>
  /** @throws LabError `unavailable` when no order may be taken */
  checkTaking(): void
  /** @throws LabError `unavailable` when no event may be published */
  checkPublishing(): void
  /** Resolves when events may be published; rejects when the service is closing. */
  ready(): Promise<void>
}

/** More than the broker needs to notice that a connection is dead. Whoever reads then is another process. */
const NOTICED_MS = 45_000

const UNKNOWN = 'the broker has not said yet whether this store reads the results; nothing happened'

export function createReading(store: ServiceStore<ReaderTables>, closing: AbortSignal): Reading {
  let whyNotTaking = store.peek.reader.isSet() ? undefined : UNKNOWN
  let whyNotPublishing: string | undefined = UNKNOWN
  let inUseSince: number | undefined
  let claimed = Promise.withResolvers<void>()
  const rejectPending = () => claimed.reject(new LabError('unavailable', 'the service is closing'))
  claimed.promise.catch(() => {})
  closing.addEventListener('abort', rejectPending)

  return {
    async onClaim(claim) {
      if (claim.kind === 'claimed') {
        inUseSince = undefined
        if (!store.peek.reader.isSet()) await store.transact(tx => tx.reader.set(true))
        whyNotTaking = whyNotPublishing = undefined
        return claimed.resolve()
      }
      // In use, after this process has read: by its own connection, whose end the broker has not noticed yet.
      if (claim.kind === 'in-use' && whyNotPublishing === undefined) {
        inUseSince ??= performance.now()
        if (performance.now() - inUseSince < NOTICED_MS) return
      }
      if (whyNotPublishing === undefined) {
        claimed = Promise.withResolvers()
        claimed.promise.catch(() => {})
      }
      whyNotTaking = whyNotPublishing = claim.why
      if (claim.kind === 'refused' && store.peek.reader.isSet()) await store.transact(tx => tx.reader.set(false))
    },
    checkTaking: () => check(whyNotTaking),
    checkPublishing: () => check(whyNotPublishing),
    ready: () => claimed.promise,
  }
}

function check(problem: string | undefined): void {
  if (problem !== undefined) throw new LabError('unavailable', problem)
}
