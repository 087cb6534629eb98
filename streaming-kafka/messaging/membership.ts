// Which instance of a service works. All instances of a service have one group, and a member's name says which store it has.
// Guarantees: an instance with another store stands by while there is a member, and takes over when the broker has dropped
// it (when its session has expired, with the quick settings 6 s after its last heartbeat; at once when it left); then it writes a claim
// with the id of its store, and reads the log, so that its store knows what was decided. A killed instance that is started again on its
// store does not stand by, since nobody else can hold that store: with the quick settings it joins at once. An instance that lost its place in the group, or that the broker has not heard for longer than a session allows,
// writes nothing before it is a member and has read the last claim: where that is another's it ends, also when the other has
// ended meanwhile. One that stops while a write is unanswered does not leave, so that the next one waits for its session to end.
// Not promised: that a write which was on its way when the process was frozen or cut off does not reach the log after the takeover;
// that would need an epoch that the broker checks with each write, as transactions have it.
import { setTimeout as wait } from 'node:timers/promises'
import { LabError } from '#common/contracts/errors.ts'
import { degradedReporter, retryUntilClosed } from '#common/service/retry.ts'
import { joinGroup, type Group } from '../broker/group.ts'
import { readAll } from '../broker/log-reader.ts'
import { RETRY_PACE } from '../broker/options.ts'
import type { KafkaConnection } from './connection.ts'
import type { TopicKey } from './topics.ts'

const LOOK_EVERY_MS = 500
/** Less than the session, after which another instance may take over. */
const PROOF_HOLDS_MS = 5_000

export type Member = Pick<Group, 'done'> & {
  /** Resolves while this instance works. Ends the process where another one does. @throws LabError `unavailable` when the service ends */
  untilProven(): Promise<void>
  /** Commits what is still uncommitted, and leaves the group, unless a write may still be on its way. */
  close(): Promise<void>
}

export type Membership = {
  /** Resolves when this instance works; undefined when the service is closing. From then on the producer writes only while it does. */
  join(...topics: TopicKey[]): Promise<Member | undefined>
}

export function openMembership(kafka: KafkaConnection, storeId: string): Membership {
  const { admin, brokers, closing, name, leftUnanswered } = kafka
  const member = `${name}@${storeId}`
  const others = async () =>
    (await admin.members(name)).map(({ clientId }) => clientId).filter(other => other !== member)

  async function standBy(): Promise<void> {
    const report = degradedReporter(kafka, 'standby')
    while (!closing.aborted) {
      const [other] = (await retryUntilClosed(kafka, 'group', others)) ?? []
      report(other === undefined ? null : standbySentence(name, other))
      if (other === undefined) return
      await wait(LOOK_EVERY_MS, undefined, { signal: closing }).catch(() => {})
    }
  }

  /** Joins, and claims the work. Undefined where another one has joined at the same moment, or when the service is closing. */
  async function takePlace(topics: string[]): Promise<Member | undefined> {
    const onDegraded = degradedReporter(kafka, 'membership')
    const options = { brokers, group: name, clientId: member, topics, settings: kafka.groupSettings, onDegraded }
    const group = await retryUntilClosed(kafka, 'group', () => joinGroup(options))
    if (!group) return undefined
    const untilProven = () => prove(group, kafka, storeId)
    const close = () => group.close(!leftUnanswered())
    // Two that saw an empty group have both joined, under one name: the broker lists the first of them.
    const isAlone = (await retryUntilClosed(kafka, 'group', others))?.length === 0
    const hasClaimed = isAlone && (await retryUntilClosed(kafka, 'claim', () => ensureClaim(kafka, storeId)))
    if (!hasClaimed) {
      await close()
      return undefined
    }
    kafka.guardWrites(untilProven)
    group.onRejoined(() => void untilProven().catch(() => {}))
    return { done: group.done, untilProven, close }
  }

  return {
    async join(...topics) {
      const names = topics.map(key => kafka.topics[key])
      while (!closing.aborted) {
        await standBy()
        const place = await takePlace(names)
        if (place) return place
      }
      return undefined
    },
  }
}

/** Whose claim is the last one. An instance writes its claim before it reads the log to decide, and so before each of its decisions. */
async function lastClaim(kafka: KafkaConnection): Promise<string | undefined> {
  const claims = await readAll(kafka, kafka.specs('claims'))
  return claims.findLast(({ key }) => key?.toString() === kafka.name)?.value?.toString()
}

/** Writes the claim of this store, where the last one is another's. */
async function ensureClaim(kafka: KafkaConnection, storeId: string): Promise<true> {
  if ((await lastClaim(kafka)) !== storeId)
    await kafka.producer.send({ topic: kafka.topics.claims, key: kafka.name, value: Buffer.from(storeId) })
  return true
}

async function prove(group: Group, kafka: KafkaConnection, storeId: string): Promise<void> {
  if (group.unprovenMs() <= PROOF_HOLDS_MS) return
  const ask = async () => {
    const place = group.place()
    // First, because no other one takes over while this is a member.
    const isMember = (await kafka.admin.members(kafka.name)).some(member => member.place === place)
    const last = (await lastClaim(kafka)) ?? storeId
    if (last === storeId && !isMember) throw new Error('this instance has lost its place in the group, and joins again')
    return { place, last }
  }
  const found = await retryUntilClosed(kafka, 'claim', ask, RETRY_PACE)
  if (found?.last === storeId) return group.trust(found.place)
  if (found) end(kafka)
  throw new LabError('unavailable', 'this instance no longer works')
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
