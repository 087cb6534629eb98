// Administration of the broker, for services and the lab: topics, end offsets, committed offsets of groups.
import { Admin, ConfigResourceTypes, FetchIsolationLevels, ListOffsetTimestamps } from './client.ts'
import { ConstantBackoff, handleWhen, handleWhenResult, retry } from 'cockatiel'
import { explain } from '#common/contracts/errors.ts'
import { topicConfigs, type TopicSettings, type TopicSpec } from '../messaging/topics.ts'
import { clientOptions, isNotYetLed, isExistingTopic, isUnknownGroup, isUnknownTopic } from './options.ts'
import type { Positions } from './record.ts'

export type BrokerAdmin = {
  /** Creates the topics that are missing, and waits until the broker leads all of them. An existing topic stays as it is. */
  ensureTopics(specs: TopicSpec[], flush: boolean): Promise<void>
  /** The settings of topics that stand, by topic and name. Fails where this client may not describe them. */
  settings(topics: string[]): Promise<Map<string, TopicSettings>>
  topics(): Promise<string[]>
  groups(): Promise<string[]>
  /** A group's members. One that was killed stays a member until its session has expired. */
  members(group: string): Promise<{ place: string; clientId: string }[]>
  /** The offset after the last record of each partition that can be read: the records of an open transaction cannot. */
  ends(specs: TopicSpec[]): Promise<Positions>
  /** The offset of the first record of each partition that was not deleted. */
  starts(specs: TopicSpec[]): Promise<Positions>
  /** A topic that is deleted and made again has another id. */
  topicIds(specs: TopicSpec[]): Promise<Map<string, string>>
  /** The committed offsets of a group; undefined where it has none. */
  committed(group: string, specs: TopicSpec[]): Promise<Map<string, (bigint | undefined)[]>>
  /** Sets a group's offsets. Fails while a member of the group is alive. */
  setOffsets(group: string, positions: Positions): Promise<void>
  /** Resolves when they are gone. A missing topic is no error. */
  deleteTopics(names: string[]): Promise<void>
  /** Removes groups with their members, dead or alive. */
  deleteGroups(names: string[]): Promise<void>
  /** Rejects when the broker does not answer. */
  ping(): Promise<void>
  close(): Promise<void>
}

/** A broker learns of a change some moments after the controller, so it is polled for about ten seconds. */
const POLL = { maxAttempts: 200, backoff: new ConstantBackoff(50) }

const isNotEmpty = (names: unknown): boolean => Array.isArray(names) && names.length > 0
const namesOf = (specs: TopicSpec[]): string => specs.map(({ name }) => name).join(', ')

export function createAdmin(brokers: string, clientId: string): BrokerAdmin {
  const admin = new Admin(clientOptions(brokers, clientId))

  const ends = (specs: TopicSpec[]) => offsetsAt(admin, ListOffsetTimestamps.LATEST, specs)

  return {
    async ensureTopics(specs, flush) {
      const present = new Set(await admin.listTopics())
      const wanted = specs.filter(({ name }) => !present.has(name))
      const topics = wanted.map(({ name, partitions }) => ({ topic: name, partitions, replicas: 1 }))
      if (topics.length > 0)
        await admin.createTopics({ topics, configs: topicConfigs(flush) }).catch((error: unknown) => {
          // Another service may create some of them at the same moment. It is enough that they exist.
          if (!isExistingTopic(error)) throw new Error(`${namesOf(wanted)}: ${explain(error)}`)
        })
      await retry(handleWhen(isNotYetLed), POLL).execute(() => ends(specs))
    },
    settings: topics => settingsOf(admin, topics),
    topics: () => admin.listTopics(),
    async members(group) {
      const found = (await admin.describeGroups({ groups: [group] })).get(group)
      return [...(found?.members ?? [])].map(([place, { clientId }]) => ({ place, clientId }))
    },
    groups: async () => [...(await admin.listGroups()).keys()],
    ends,
    starts: specs => offsetsAt(admin, ListOffsetTimestamps.EARLIEST, specs),
    async topicIds(specs) {
      const { topics } = await admin.metadata({ topics: specs.map(({ name }) => name), forceUpdate: true })
      return new Map([...topics].map(([name, { id }]) => [name, id]))
    },
    async committed(group, specs) {
      const known = await partitionsOf(admin, specs)
      const topics = known.map(({ name, partitions }) => ({ name, partitionIndexes: partitions }))
      const found = await admin.listConsumerGroupOffsets({ groups: [{ groupId: group, topics }] })
      const offsets = new Map(known.map(({ name, partitions }) => [name, Array<bigint | undefined>(partitions.length)]))
      for (const { name, partitions } of found[0]?.topics ?? [])
        for (const { partitionIndex, committedOffset } of partitions) {
          const ofTopic = offsets.get(name)
          if (ofTopic && committedOffset >= 0n) ofTopic[partitionIndex] = committedOffset
        }
      return offsets
    },
    async setOffsets(groupId, positions) {
      const topics = [...positions].map(([name, offsets]) => ({
        name,
        partitionOffsets: offsets.map((offset, partition) => ({ partition, offset })),
      }))
      await admin.alterConsumerGroupOffsets({ groupId, topics })
    },
    async deleteTopics(names) {
      for (const name of names) await admin.deleteTopics({ topics: [name] }).catch(ignore(isUnknownTopic))
      // The controller has deleted them; the broker may learn of it a moment later.
      const remaining = async () => (await admin.listTopics()).filter(name => names.includes(name))
      const left = await retry(handleWhenResult(isNotEmpty), POLL).execute(remaining)
      if (left.length > 0) throw new Error(`the broker still has ${left.join(', ')} ten seconds after their deletion`)
    },
    async deleteGroups(names) {
      for (const name of names) {
        // A killed member would keep its group alive until its session expires.
        await admin.removeMembersFromConsumerGroup({ groupId: name }).catch(() => {})
        await admin.deleteGroups({ groups: [name] }).catch(ignore(isUnknownGroup))
      }
    },
    async ping() {
      await admin.metadata({ topics: [], forceUpdate: true })
    },
    close: () => admin.close(),
  }
}

async function settingsOf(admin: Admin, topics: string[]): Promise<Map<string, TopicSettings>> {
  const resources = topics.map(resourceName => ({ resourceType: ConfigResourceTypes.TOPIC, resourceName }))
  const described = await admin.describeConfigs({ resources })
  const byName = (configs: (typeof described)[number]['configs']) =>
    new Map(configs.map(({ name, value }) => [name, value ?? '']))
  return new Map(described.map(({ resourceName, configs }) => [resourceName, byName(configs)]))
}

/** The cluster says how many partitions a topic has: some may have been added. */
async function partitionsOf(admin: Admin, specs: TopicSpec[]): Promise<{ name: string; partitions: number[] }[]> {
  const { topics } = await admin.metadata({ topics: specs.map(({ name }) => name) })
  return specs.map(({ name, partitions }) => {
    return { name, partitions: [...Array(topics.get(name)?.partitionsCount ?? partitions).keys()] }
  })
}

async function offsetsAt(admin: Admin, timestamp: bigint, specs: TopicSpec[]): Promise<Positions> {
  const at = (partitionIndex: number) => ({ partitionIndex, timestamp })
  const topics = (await partitionsOf(admin, specs)).map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(at),
  }))
  const isolationLevel = FetchIsolationLevels.READ_COMMITTED
  const found: Positions = new Map()
  for (const { name, partitions } of await admin.listOffsets({ topics, isolationLevel })) {
    const offsets: bigint[] = []
    for (const { partitionIndex, offset } of partitions) offsets[partitionIndex] = offset
    found.set(name, offsets)
  }
  return found
}

/** Ignores an error which says that the work is done already. */
const ignore =
  (isDone: (error: unknown) => boolean) =>
  (error: unknown): void => {
    if (!isDone(error)) throw error
  }
