// Membership in a consumer group: the broker learns who reads and how far the work has come.
// Guarantees: heartbeats continue while work waits; the newest offset of each partition is committed, and a failed
// commit is repeated. A killed member rejoins at once, because its name is fixed. So does one whose place was taken, because the client
// joins again by itself: who may work is for messaging/membership.ts to say.
// The group does not assign positions: a reader starts where its service says.
import { Consumer } from './client.ts'
import { setTimeout as wait } from 'node:timers/promises'
import { explain } from '#common/contracts/errors.ts'
import { createBackoff } from '#common/service/retry.ts'
import { clientOptions, isReplaced, RETRY_PACE } from './options.ts'

/** Commits are grouped over this time. A crash repeats at most the work of it, and readers recognise the repeats. */
const COMMIT_EVERY_MS = 100

export type Group = {
  /** All records of a partition before `next` are done. It is committed within moments. */
  done(topic: string, partition: number, next: bigint): void
  /** Commits what is still uncommitted, and leaves the group. */
  close(): Promise<void>
  /** How long ago the broker last showed that this is the member. */
  unprovenMs(): number
}

type GroupOptions = {
  brokers: string
  group: string
  clientId: string
  topics: string[]
  onDegraded(problem: string | null): void
  /** Another process has taken the place of this one in the group. */
  onReplaced(): void
}

/** Joins, or rejects when that fails. A membership that is lost later is restored automatically. */
export async function joinGroup(options: GroupOptions): Promise<Group> {
  const { brokers, group, clientId, topics, onDegraded, onReplaced } = options
  const member = { groupId: group, groupInstanceId: `${group}-1` }
  const times = { sessionTimeout: 6_000, heartbeatInterval: 1_000, rebalanceTimeout: 10_000, timeout: 15_000 }
  const client = new Consumer({
    ...clientOptions(brokers, clientId),
    ...member,
    ...times,
    retries: 3,
    autocommit: false,
  })
  client.on('error', error => onDegraded(explain(error)))
  let provenAt = performance.now()
  // The session runs from when the broker got the heartbeat; its answer may be read much later.
  let askedAt = provenAt
  client.on('consumer:heartbeat:start', () => (askedAt = performance.now()))
  client.on('consumer:heartbeat:end', () => (provenAt = askedAt))
  client.on('consumer:heartbeat:error', ({ error }) => isReplaced(error) && onReplaced())
  client.topics.trackAll(...topics)
  try {
    await client.joinGroup({})
  } catch (error) {
    await client.close(true).catch(() => {})
    throw error
  }
  onDegraded(null)

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
        if (isReplaced(error)) onReplaced()
        if (!signal.aborted) onDegraded(explain(error))
        await backoff.pause()
      }
    }
  }
  const committing = keepCommitting(closing)

  return {
    unprovenMs: () => performance.now() - provenAt,
    done: (topic, partition, offset) =>
      void uncommitted.set(`${partition}/${topic}`, { topic, partition, offset, leaderEpoch: -1 }),
    async close() {
      closing.abort()
      await Promise.race([committing.then(commit), wait(1_000)]).catch(() => {})
      await Promise.race([client.close(true), wait(1_000)]).catch(() => {})
    },
  }
}
