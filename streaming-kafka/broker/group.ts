// Membership in a consumer group: the broker learns who reads and how far the work has come.
// Guarantees: heartbeats continue while work waits; the newest offset of each partition is committed, and a failed
// commit is repeated. With the quick settings a killed member rejoins at once, because its name is fixed. So does one whose place was
// taken, because the client joins again by itself: who may work is for messaging/membership.ts to say.
// The group does not assign positions: a reader starts where its service says.
import { Consumer } from './client.ts'
import { setTimeout as wait } from 'node:timers/promises'
import { explain } from '#common/contracts/errors.ts'
import { createBackoff } from '#common/service/retry.ts'
import { clientOptions, RETRY_PACE } from './options.ts'

/** Commits are grouped over this time. A crash repeats at most the work of it, and readers recognise the repeats. */
const COMMIT_EVERY_MS = 100

export type Group = {
  /** All records of a partition before `next` are done. It is committed within moments. */
  done(topic: string, partition: number, next: bigint): void
  /** Commits what is still uncommitted, and leaves the group. Without `leave` it stays a member until its session has expired. */
  close(leave: boolean): Promise<void>
  /** How long ago the broker last showed that this is the member, and still has the trusted place: at first the one that it joined at. */
  unprovenMs(): number
  /** By what the broker knows this member. A place that was lost does not come back; the client joins again at another one. */
  place(): string | null
  /** Nobody else worked before this instance had this place. */
  trust(place: string | null): void
  /** The client has joined again by itself. Others may have been members meanwhile. */
  onRejoined(listener: () => void): void
}

/** `shipped`: the times of the client library, and membership without a fixed name. */
export type GroupSettings = 'quick' | 'shipped'

const QUICK_TIMES = { sessionTimeout: 6_000, heartbeatInterval: 1_000, rebalanceTimeout: 10_000, timeout: 15_000 }
/** The answer to a request to join comes when the place of a dead member has expired: the client waits as long. */
const SHIPPED_TIMES = { timeout: 120_000 }

type GroupOptions = {
  brokers: string
  group: string
  clientId: string
  topics: string[]
  settings: GroupSettings
  onDegraded(problem: string | null): void
}

/** Joins, or rejects when that fails. A membership that is lost later is restored automatically. */
export async function joinGroup(options: GroupOptions): Promise<Group> {
  const { brokers, group, clientId, topics, settings, onDegraded } = options
  const client = new Consumer({
    ...clientOptions(brokers, clientId),
    groupId: group,
    ...(settings === 'quick' ? { ...QUICK_TIMES, groupInstanceId: `${group}-1` } : SHIPPED_TIMES),
    retries: 3,
    autocommit: false,
  })
  client.on('error', error => onDegraded(explain(error)))
  const proof = proofOf(client)
  client.topics.trackAll(...topics)
  try {
    await client.joinGroup({})
  } catch (error) {
    await client.close(true).catch(() => {})
    throw error
  }
  onDegraded(null)
  proof.trust(client.memberId)

  const uncommitted = new Map<string, { topic: string; partition: number; offset: bigint; leaderEpoch: number }>()
  const closing = new AbortController()

  async function commit(): Promise<void> {
    const offsets = [...uncommitted.values()]
    if (offsets.length === 0) return
    await client.commit({ offsets })
    for (const one of offsets) {
      const key = `${one.partition}/${one.topic}`
      if (uncommitted.get(key)?.offset === one.offset) uncommitted.delete(key)
    }
  }

  async function keepCommitting({ signal }: AbortController): Promise<void> {
    const backoff = createBackoff(signal, RETRY_PACE)
    while (!signal.aborted) {
      try {
        if (!client.isActive()) await client.joinGroup({})
        await commit()
        onDegraded(null)
        backoff.reset()
        await wait(COMMIT_EVERY_MS, undefined, { signal }).catch(() => {})
      } catch (error) {
        if (!signal.aborted) onDegraded(explain(error))
        await backoff.pause()
      }
    }
  }
  const committing = keepCommitting(closing)

  return {
    ...proof,
    onRejoined: listener => void client.on('consumer:group:join', listener),
    done: (topic, partition, offset) =>
      void uncommitted.set(`${partition}/${topic}`, { topic, partition, offset, leaderEpoch: -1 }),
    async close(leave) {
      closing.abort()
      await Promise.race([committing.then(commit), wait(1_000)]).catch(() => {})
      if (!leave) forgetGroup(client)
      await Promise.race([client.close(true), wait(1_000)]).catch(() => {})
    },
  }
}

function proofOf(client: Consumer): Pick<Group, 'unprovenMs' | 'place' | 'trust'> {
  let trusted: string | null = null
  let provenAt = performance.now()
  // The session runs from when the broker got the heartbeat; its answer may be read much later.
  let askedAt = provenAt
  client.on('consumer:heartbeat:start', () => (askedAt = performance.now()))
  client.on('consumer:heartbeat:end', beat => beat?.memberId === trusted && (provenAt = askedAt))
  return {
    unprovenMs: () => (client.memberId === trusted ? performance.now() - provenAt : Infinity),
    place: () => client.memberId,
    trust: place => void (trusted = place),
  }
}

/** Without its name the client says nothing to the broker when it leaves. */
function forgetGroup(client: Consumer): void {
  client.memberId = null
  client.leaveGroup(true, () => {})
}
