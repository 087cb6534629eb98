// The topics of the streaming model, as data. The log is the truth: topics keep all records for ever.
// Guarantees: the same prefix gives the same names. Two prefixes share no topic and no group.

/** `partitions`: of a new topic. One that is there may have more, and the broker says how many. */
export type TopicSpec = { name: string; partitions: number }

export const TOPICS = {
  /** OrderPlaced, keyed by kitchen. */
  orders: { name: 'orders', partitions: 4 },
  /** InventoryReserved and InventoryFailed, keyed by kitchen. */
  inventoryEvents: { name: 'inventory-events', partitions: 4 },
  /** The opening stock of kitchens. Only the first record counts. */
  initialStock: { name: 'initial-stock', partitions: 1 },
  /** One record per notification that was sent. */
  notifications: { name: 'notifications', partitions: 4 },
  /** Dead-lettered records with their reason, and marks of those that were redriven. */
  deadLetters: { name: 'dead-letters', partitions: 1 },
  /** Which store works, keyed by service. The last record of a key counts. */
  claims: { name: 'claims', partitions: 1 },
} as const satisfies Record<string, TopicSpec>

export type TopicKey = keyof typeof TOPICS
export type TopicNames = Record<TopicKey, string>

/** The names of the topics with a prefix. */
export function topicNames(prefix: string): TopicNames {
  return {
    orders: prefix + TOPICS.orders.name,
    inventoryEvents: prefix + TOPICS.inventoryEvents.name,
    initialStock: prefix + TOPICS.initialStock.name,
    notifications: prefix + TOPICS.notifications.name,
    deadLetters: prefix + TOPICS.deadLetters.name,
    claims: prefix + TOPICS.claims.name,
  }
}

/** A topic with a prefix. */
export const prefixed = (prefix: string, { name, partitions }: TopicSpec): TopicSpec => ({
  name: prefix + name,
  partitions,
})

/** Every topic with a prefix, to create or remove it. */
export const topicSpecs = (prefix: string): TopicSpec[] => Object.values(TOPICS).map(spec => prefixed(prefix, spec))

/** The groups, named after the service that reads, and the topics that each reads. */
export const GROUPS: Record<string, readonly TopicKey[]> = {
  inventory_consumer: ['orders'],
  notification_consumer: ['inventoryEvents'],
  analytics_consumer: ['orders', 'inventoryEvents'],
}

export type TopicSettings = ReadonlyMap<string, string>

/** Settings of a topic that stands by which records will be gone that stores are filled from, or null. */
export function lossySettings(settings: TopicSettings): string | null {
  const policy = settings.get('cleanup.policy') ?? ''
  const wrong = [
    ...(policy === 'delete' ? [] : [`cleanup.policy=${policy}`]),
    ...['retention.ms', 'retention.bytes'].flatMap(name => {
      const value = settings.get(name) ?? '-1'
      return value === '-1' ? [] : [`${name}=${value}`]
    }),
  ]
  return wrong.length > 0 ? wrong.join(', ') : null
}

/**
 * The settings of a new topic. `flush` syncs each append to the disk before it is acknowledged. Without it an
 * acknowledged record is in the broker's memory (Kafka's default): it survives the broker's death, not the machine's.
 */
export const topicConfigs = (flush: boolean): { name: string; value: string }[] => [
  { name: 'retention.ms', value: '-1' },
  { name: 'retention.bytes', value: '-1' },
  { name: 'cleanup.policy', value: 'delete' },
  ...(flush ? [{ name: 'flush.messages', value: '1' }] : []),
]
