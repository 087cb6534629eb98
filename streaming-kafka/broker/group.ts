// Membership in a consumer group: it tells the broker who reads and how far the work has come.
// Guarantees: heartbeats go on while work waits; offsets are committed as told, the newest of each partition, and a
// commit that fails is repeated. A member that was killed comes back at once under its fixed name.
// The group hands out no positions: a reader starts where its service says.
import { Consumer } from '@platformatic/kafka'
import { setTimeout as wait } from 'node:timers/promises'
import { clientOptions, explain } from './options.ts'

/** Commits are grouped over this time: a crash repeats at most what it holds back, and readers know repeats. */
const COMMIT_EVERY_MS = 100
const AGAIN_MS = 500

export type Group = {
  /** Notes how far a partition is done; committed soon after. */
  done(topic: string, partition: number, next: bigint): void
  /** Commits what was noted and leaves the group. */
  close(): Promise<void>
}

type GroupOptions = {
  brokers: string
  group: string
  topics: string[]
  onDegraded(trouble: string | null): void
}

/** Joins, and rejects when that fails. Later losses of membership heal by themselves. */
export async function joinGroup({ brokers, group, topics, onDegraded }: GroupOptions): Promise<Group> {
  const member = { groupId: group, groupInstanceId: `${group}-1` }
  const times = { sessionTimeout: 6_000, heartbeatInterval: 1_000, rebalanceTimeout: 10_000, timeout: 15_000 }
  const client = new Consumer({ ...clientOptions(brokers, group), ...member, ...times, retries: 3, autocommit: false })
  client.on('error', error => onDegraded(explain(error)))
  client.topics.trackAll(...topics)
  try {
    await client.joinGroup({})
  } catch (error) {
    await client.close(true).catch(() => {})
    throw error
  }
  onDegraded(null)

  const noted = new Map<string, { topic: string; partition: number; offset: bigint; leaderEpoch: number }>()
  const closing = new AbortController()

  async function commit(): Promise<void> {
    const offsets = [...noted.values()]
    if (offsets.length === 0) return
    await client.commit({ offsets })
    for (const one of offsets) {
      const key = `${one.partition}/${one.topic}`
      if (noted.get(key)?.offset === one.offset) noted.delete(key)
    }
  }

  async function commitForEver(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        if (!client.isActive()) await client.joinGroup({})
        await commit()
        onDegraded(null)
        await wait(COMMIT_EVERY_MS, undefined, { signal: closing.signal }).catch(() => {})
      } catch (error) {
        if (!closing.signal.aborted) onDegraded(explain(error))
        await wait(AGAIN_MS, undefined, { signal: closing.signal }).catch(() => {})
      }
    }
  }
  const committing = commitForEver()

  return {
    done: (topic, partition, offset) =>
      void noted.set(`${partition}/${topic}`, { topic, partition, offset, leaderEpoch: -1 }),
    async close() {
      closing.abort()
      await Promise.race([committing.then(commit), wait(1_000)]).catch(() => {})
      await Promise.race([client.close(true), wait(1_000)]).catch(() => {})
    },
  }
}
