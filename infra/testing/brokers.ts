/** For tests: what a broker keeps, which processes it has, and to whom they listen. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { Admin } from '@platformatic/kafka'
import { Connection } from 'rabbitmq-client'
import { waitFor } from '#host/wait-for.ts'
import { isRunning } from '#host/process-table.ts'
import type { Broker } from '../brokers/broker.ts'

const FORGOTTEN_WITHIN_MS = 1_500

/** Gives the broker a queue with a message, or a topic, and returns the check that it has it. */
export function keepsWhatItWasGiven(broker: Broker): Promise<() => Promise<void>> {
  return broker.kind === 'kafka' ? keepsTopic(broker.address) : keepsMessage(broker.address)
}

async function keepsMessage(address: string): Promise<() => Promise<void>> {
  const queue = 'kept'
  const onConnection = async <T>(work: (connection: Connection) => Promise<T>): Promise<T> => {
    const connection = new Connection(address)
    connection.on('error', () => {}) // reported by the calls
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
  // Nothing shows when the broker has a new queue on its disk, and one that is killed within a second forgets it.
  const declaredAt = performance.now()
  await waitFor(() => performance.now() - declaredAt > FORGOTTEN_WITHIN_MS, {
    deadlineMs: 10_000,
    what: 'the queue to be old enough',
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

/** All processes that name this folder in their arguments or environment. */
export function processesOf(folder: string): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter(pid => ['cmdline', 'environ'].some(file => readProc(`${pid}/${file}`).includes(folder)))
    .map(Number)
    .filter(isRunning)
}

/** Local addresses, in the kernel's hexadecimal, at which these processes listen to more than loopback. */
export function openToOthers(pids: number[]): string[] {
  const owned = new Set(pids.flatMap(socketsOf))
  const lines = ['net/tcp', 'net/tcp6'].flatMap(file => readProc(file).split('\n'))
  const listening = lines.map(line => line.trim().split(/\s+/)).filter(fields => fields[3] === '0A')
  const mine = listening.filter(fields => owned.has(`socket:[${fields[9]}]`)).map(fields => fields[1] ?? '')
  assert.ok(mine.length > 0, 'the broker listens nowhere')
  return mine.filter(address => !/^(0100007F|0{24}01000000|0{16}FFFF00000100007F):/.test(address))
}

function socketsOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`
  return readdirSync(folder).flatMap(name => {
    try {
      return [readlinkSync(`${folder}/${name}`)]
    } catch {
      return [] // closed since the folder was read
    }
  })
}

function readProc(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, 'utf8')
  } catch {
    return ''
  }
}
