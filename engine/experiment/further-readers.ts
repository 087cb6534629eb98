/**
 * Further readers: beside the services they follow what becomes of every order, live, in a thread of the lab. What they use themselves
 * is in no figure of the services and brokers; what it takes to serve them is.
 *
 * Guarantees: `join-readers` resolves when none of them misses what is decided from then on. They read until they are closed.
 * `await-readers` says what each has read, as soon as it has as many orders as are expected, or nothing new has come to it for ten
 * seconds. A thread that breaks is an error of the step that waits for it, and of no other.
 */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { Type } from '#common/contracts/type.ts'
import { deadlineIn, withDeadline } from '#common/contracts/clock.ts'
import { closedObject, parse } from '#common/contracts/parse.ts'
import type { Operation } from './model.ts'

/** A model removes what so many have made at its broker, whether or not they could do so themselves. */
export const MOST_READERS = 10

const JOIN_MS = 30_000
const SILENCE_MS = 10_000

/** By one reader. `problem`: why it had not all of them, where it knows. */
export type Followed = { orders: number; digest: string; problem?: string }

/** `joinedNs`: when the last one had joined. `lastNs`: of each order that all of them have, when the last one had it. */
export type FurtherReading = { joinedNs: number; readers: Followed[]; lastNs: [orderId: string, atNs: number][] }

export type FurtherReaderOperations = {
  'join-readers': Operation<void>
  'await-readers': Operation<FurtherReading>
}

export type FurtherReaders = { operations: FurtherReaderOperations; close(): Promise<void> }

/** What the thread is given, and what it is asked. */
export type ReadersJob<Place = unknown> = { count: number; place: Place }
export type Question = { expected: number; silenceMs: number }

const Join = closedObject({ count: Type.Integer({ minimum: 0, maximum: MOST_READERS }) })
const Await = closedObject({
  expected: Type.Integer({ minimum: 0 }),
  silenceMs: Type.Optional(Type.Integer({ minimum: 1 })),
})

/** @param program calls `serveReaders`; @param place where its readers join, read when they do */
export function furtherReaders(program: URL, place: () => object): FurtherReaders {
  let thread: ReturnType<typeof openThread> | undefined
  return {
    operations: {
      async 'join-readers'(args) {
        const { count } = parse(Join, args, 'join-readers')
        thread = openThread(program, { count, place: place() })
        const { signal, clear } = deadlineIn(JOIN_MS)
        await withDeadline(thread.answer(), signal).finally(clear)
      },
      async 'await-readers'(args) {
        const { expected, silenceMs = SILENCE_MS } = parse(Await, args, 'await-readers')
        if (!thread) throw new Error('no readers have joined')
        return thread.ask({ expected, silenceMs })
      },
    },
    close: async () => thread?.close(),
  }
}

function openThread(program: URL, job: ReadersJob) {
  const worker = new Worker(program, { workerData: job })
  const ended = Promise.withResolvers<never>()
  ended.promise.catch(() => {}) // nobody may be waiting
  worker.on('error', cause => ended.reject(new Error('the thread of the further readers broke', { cause })))
  worker.on('exit', code => ended.reject(new Error(`the thread of the further readers ended with code ${code}`)))
  const answer = async (): Promise<unknown> => (await Promise.race([once(worker, 'message'), ended.promise]))[0]
  return {
    answer,
    ask(question: Question): Promise<FurtherReading> {
      const answered = answer() as Promise<FurtherReading>
      worker.postMessage(question)
      return answered
    },
    close: async () => void (await worker.terminate()),
  }
}
