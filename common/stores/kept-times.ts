// When what has a timestamp was kept: on the disk, when the synced commit of its store had returned; in a log, when its broker
// had acknowledged it. The timestamps themselves are taken inside the transaction, or before the record is sent (decision 002).
// Guarantees: a bounded memory. What was kept before the process began, or before the last 100,000 transactions, is null.

/** Null where it is not known, or was never kept. */
export type KeptNs = (timestampNs: number) => number | null

const MAX_KNOWN = 100_000

export type CommitTimes = {
  /** Of the transactions of one store, one after the other. */
  note(beganNs: number, keptNs: number): void
  keptNs: KeptNs
}

/** The transaction in which a timestamp was taken is the last one that had begun before it. */
export function commitTimes(): CommitTimes {
  let known: { beganNs: number; keptNs: number }[] = []
  return {
    note(beganNs, keptNs) {
      known.push({ beganNs, keptNs })
      if (known.length >= 2 * MAX_KNOWN) known = known.slice(-MAX_KNOWN)
    },
    keptNs(timestampNs) {
      let [low, high] = [0, known.length]
      while (low < high) {
        const middle = (low + high) >> 1
        if ((known[middle]?.beganNs ?? 0) <= timestampNs) low = middle + 1
        else high = middle
      }
      const keptNs = known[low - 1]?.keptNs ?? 0
      return timestampNs <= keptNs ? keptNs : null
    },
  }
}

export type AcknowledgementTimes = {
  note(timestampNs: number, acknowledgedNs: number): void
  keptNs: KeptNs
}

/** Of records that may be acknowledged in any sequence. */
export function acknowledgementTimes(): AcknowledgementTimes {
  const known = new Map<number, number>()
  return {
    note(timestampNs, acknowledgedNs) {
      known.set(timestampNs, acknowledgedNs)
      const [oldest] = known.keys()
      if (known.size > MAX_KNOWN && oldest !== undefined) known.delete(oldest)
    },
    keptNs: timestampNs => known.get(timestampNs) ?? null,
  }
}
