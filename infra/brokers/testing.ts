/** For tests: something durable given to a broker, and the proof that it still has it. */
import assert from 'node:assert/strict'
import { Admin } from '@platformatic/kafka'
import { Connection } from 'rabbitmq-client'
import type { Broker } from './broker.ts'

/** Gives the broker a queue with a message, or a topic, and returns the check that it has it. */
export function keepsWhatItWasGiven(broker: Broker): Promise<() => Promise<void>> {
  return broker.kind === 'kafka' ? keepsTopic(broker.address) : keepsMessage(broker.address)
}

async function keepsMessage(address: string): Promise<() => Promise<void>> {
  const queue = 'kept'
  const onConnection = async <T>(work: (connection: Connection) => Promise<T>): Promise<T> => {
    const connection = new Connection(address)
    connection.on('error', () => {}) // said by the calls
    try {
      return await work(connection)
    } finally {
      await connection.close()
    }
  }
  await onConnection(async connection => {
    await connection.queueDeclare({ queue, durable: true })
    const publisher = connection.createPublisher({ confirm: true })
    await publisher.send({ routingKey: queue, durable: true }, 'given')
    await publisher.close()
  })
  return () =>
    onConnection(async connection => {
      const message = await connection.basicGet({ queue })
      assert.equal(message?.body, 'given')
    })
}

async function keepsTopic(address: string): Promise<() => Promise<void>> {
  const onAdmin = async <T>(work: (admin: Admin) => Promise<T>): Promise<T> => {
    const admin = new Admin({ clientId: 'brokers-test', bootstrapBrokers: [address] })
    try {
      return await work(admin)
    } finally {
      await admin.close()
    }
  }
  await onAdmin(admin => admin.createTopics({ topics: ['kept'], partitions: 3, replicas: 1 }))
  return () => onAdmin(async admin => assert.deepEqual(await admin.listTopics(), ['kept']))
}
