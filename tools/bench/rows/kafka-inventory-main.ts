// The process of kafka-inventory.ts on the side of the reference: read, store, produce, commit.
import { openStore } from '#common/stores/store.ts'
import { basename, dirname } from 'node:path'
import { joinGroup } from '../../../streaming-kafka/broker/group.ts'
import { readLog } from '../../../streaming-kafka/broker/log-reader.ts'
import { createProducer } from '../../../streaming-kafka/broker/producer.ts'
import { drive } from '../setup/driver.ts'
import type { BareLoopJob, BareLoopResult } from './kafka-inventory.ts'

await drive<BareLoopJob>(
  async ({ address: brokers, from, to, group, records, atOnce, file }): Promise<BareLoopResult> => {
    const store = openStore(dirname(file), basename(file, '.db'), db => {
      db.exec('CREATE TABLE seen (id INTEGER PRIMARY KEY, value BLOB NOT NULL) STRICT')
      const insert = db.prepare('INSERT INTO seen (value) VALUES (?)')
      return { add: (value: Buffer) => void insert.run(value) }
    })
    const producer = createProducer({ brokers, clientId: group })
    const member = await joinGroup({
      brokers,
      group,
      clientId: group,
      topics: [from.name],
      settings: 'quick',
      onDegraded() {},
    })
    const closing = new AbortController()
    const positions = new Map([[from.name, Array<bigint>(from.partitions).fill(0n)]])
    let [done, began] = [0, 0]
    for await (const fetched of readLog({
      brokers,
      clientId: group,
      positions,
      closing: closing.signal,
      onDegraded() {},
    })) {
      for (let at = 0; at < fetched.length; at += atOnce) {
        const batch = fetched.slice(at, at + atOnce)
        await store.transact(tx => batch.forEach(({ value }) => value && tx.add(value)))
        if (began === 0) began = performance.now()
        await Promise.all(batch.map(({ key, value }) => producer.send({ topic: to, key, value })))
        for (const { topic, partition, offset } of batch) member.done(topic, partition, offset + 1n)
        done += batch.length
      }
      if (done >= records) break
    }
    const perSecond = (done * 1_000) / (performance.now() - began)
    closing.abort()
    await Promise.all([member.close(true), producer.close()])
    store.close()
    return { perSecond }
  },
)
