// The program of the further readers of this model: each is a consumer group of its own of the topic of outcomes, and commits what it
// has read like the services.
import { serveReaders } from '#engine/experiment/further-readers-thread.ts'
import { createAdmin } from '../broker/admin.ts'
import { joinGroup } from '../broker/group.ts'
import { readLog } from '../broker/log-reader.ts'
import { prefixed, TOPICS } from '../messaging/topics.ts'
import { readerGroup, takeResults } from './operations.ts'

const forAll = new AbortController().signal

await serveReaders<{ brokers: string; prefix: string }>(async ({ brokers, prefix }, nth, { take, onDegraded }) => {
  const topic = prefixed(prefix, TOPICS.inventoryEvents)
  const group = prefix + readerGroup(nth)
  const admin = createAdmin(brokers, group)
  const positions = await admin.starts([topic])
  await admin.close()
  const options = { brokers, clientId: group, onDegraded }
  // A commit that fails is repeated, and holds up no reading.
  const member = await joinGroup({ ...options, group, topics: [topic.name], settings: 'quick', onDegraded() {} })
  const keepReading = async (): Promise<void> => {
    for await (const records of readLog({ ...options, positions, closing: forAll })) {
      takeResults(records, take)
      for (const { partition, offset } of records) member.done(topic.name, partition, offset + 1n)
    }
  }
  void keepReading()
})
