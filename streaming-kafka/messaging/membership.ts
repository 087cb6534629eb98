// Which instance of a service works. All instances of a service have one group, and a member's name says which store it has.
// Guarantees: an instance with another store stands by while there is a member, and takes over when the broker has dropped
// it (6 s after its last heartbeat, at once when it left); then it reads the log first, so that its store knows what was
// decided. A killed instance that is started again on its store joins at once: nobody else can hold that store. Nothing is
// written while the broker has not heard from an instance for longer than a session allows; it ends where another one works by then.
// Not promised: that a write which was on its way then does not reach the log; that would need an epoch that the broker checks
// with each write, as transactions have it. Nor that an instance notices another one that took over and has ended meanwhile.
import { setTimeout as wait } from 'node:timers/promises'
import { LabError } from '#common/contracts/errors.ts'
import { createBackoff, degradedReporter, retryUntilClosed } from '#common/service/retry.ts'
import { joinGroup, type Group } from '../broker/group.ts'
import { RETRY_PACE } from '../broker/options.ts'
import type { KafkaConnection } from './connection.ts'
import type { TopicKey } from './topics.ts'

const LOOK_EVERY_MS = 500
/** Less than the session, after which another instance may take over. */
const PROOF_HOLDS_MS = 5_000

export type Membership = {
  /** Resolves when this instance works; undefined when the service is closing. From then on the producer writes only while it does. */
  join(...topics: TopicKey[]): Promise<Group | undefined>
}

export function openMembership(kafka: KafkaConnection, storeId: string): Membership {
  const { admin, brokers, closing, name, guardWrites } = kafka
  const member = `${name}@${storeId}`
  const others = async () => (await admin.members(name)).filter(other => other !== member)

  async function standBy(): Promise<void> {
    const report = degradedReporter(kafka, 'standby')
    while (!closing.aborted) {
      const [other] = (await retryUntilClosed(kafka, 'group', others)) ?? []
      report(other === undefined ? null : standbySentence(name, other))
      if (other === undefined) return
      await wait(LOOK_EVERY_MS, undefined, { signal: closing }).catch(() => {})
    }
  }

  /** Waits until the broker lists this instance and no other. @throws LabError `unavailable` when the service is closing */
  async function prove(proven: Group): Promise<void> {
    if (proven.unprovenMs() <= PROOF_HOLDS_MS) return
    const backoff = createBackoff(closing, RETRY_PACE)
    while (!closing.aborted && proven.unprovenMs() > PROOF_HOLDS_MS) {
      const members = await admin.members(name).catch(() => [])
      if (members.some(other => other !== member)) end(kafka)
      else if (members.length > 0) return
      await backoff.pause()
    }
    if (closing.aborted) throw new LabError('unavailable', 'the service is closing')
  }

  return {
    async join(...topics) {
      const names = topics.map(key => kafka.topics[key])
      const onDegraded = degradedReporter(kafka, 'membership')
      const options = {
        brokers,
        group: name,
        clientId: member,
        topics: names,
        onDegraded,
        onReplaced: () => end(kafka),
      }
      while (!closing.aborted) {
        await standBy()
        const group = await retryUntilClosed(kafka, 'group', () => joinGroup(options))
        if (!group) return undefined
        // Two that saw an empty group have both joined, under one name: the broker lists the first of them.
        if ((await retryUntilClosed(kafka, 'group', others))?.length === 0) {
          guardWrites(() => prove(group))
          return group
        }
        await group.close()
      }
      return undefined
    },
  }
}

const standbySentence = (group: string, member: string): string =>
  `another instance (its store is ${member.slice(group.length + 1)}) works as ${group}: this one stands by, and takes over when ` +
  'that has ended; to run one instance, stop one of them'

/** Ends the process: what it holds in memory is no longer true. Started again, it stands by. */
function end({ closing, name }: Pick<KafkaConnection, 'closing' | 'name'>): void {
  if (closing.aborted) return
  setImmediate(() => {
    throw new Error(
      `another instance has taken over as ${name} while this one did not answer the broker; start it again to stand by`,
    )
  })
}
