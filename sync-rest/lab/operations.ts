// What only this model can do: send raw bytes to a service, and send every request between the services twice.
// Guarantees: `stop-duplicator` answers how many duplicates were answered, and none is sent after it.
import { Agent, request } from 'undici'
import { Type } from '#common/contracts/type.ts'
import { parse } from '#common/contracts/parse.ts'
import { direct, postJson } from '#engine/run/http.ts'
import type { Deployment, Operation } from '#engine/experiment/model.ts'
import { type NewReaderOperations, readOrdersBy, type Take } from '#engine/experiment/new-reader.ts'
import { PAGE, pageReader } from '#engine/run/evidence.ts'
import { OrderRow, type Page as PageOf } from '#common/contracts/evidence.ts'

export type RestOperations = NewReaderOperations & {
  /** Any bytes as the body of a request to one of the services; answers with the status. */
  'publish-raw': Operation<{ status: number }>
  'start-duplicator': Operation<void>
  'stop-duplicator': Operation<{ duplicates: number }>
}

const Raw = Type.Object({ service: Type.String(), path: Type.String(), body: Type.String() })
const View = Type.Object({ duplicate: Type.Object({ injections: Type.Integer() }) })

export function operationsOf({ url }: Pick<Deployment, 'url'>): RestOperations {
  const duplicate = async (setting: object | null) =>
    parse(View, await postJson(`${url('order_service')}/faults`, { duplicate: setting })).duplicate.injections
  let before = 0
  return {
    ...readOrdersBy((take, signal) => pageThrough(`${url('order_service')}/orders`, take, signal)),
    async 'publish-raw'(args) {
      const { service, path, body } = parse(Raw, args, 'publish-raw')
      const headers = { 'content-type': 'application/json' }
      const response = await request(url(service) + path, { dispatcher: direct, method: 'POST', headers, body })
      await response.body.dump()
      return { status: response.statusCode }
    },
    async 'start-duplicator'() {
      before = await duplicate({})
    },
    async 'stop-duplicator'() {
      return { duplicates: (await duplicate(null)) - before }
    },
  }
}

const readPage = pageReader(OrderRow)

/** The orders that the order service keeps, page after page, on a connection of its own. @param page how many orders one has */
export async function pageThrough(url: string, take: Take, signal: AbortSignal, page = PAGE): Promise<void> {
  const connections = new Agent()
  try {
    await readOn(url, take, { connections, signal, page })
  } finally {
    await connections.close()
  }
}

type From = { connections: Agent; from?: number; signal?: AbortSignal; page?: number }

/**
 * The orders from one on, to the last. One that is pending is in none of what is taken.
 * Resolves with where to read on, so that it is read again when it is decided.
 */
export async function readOn(
  url: string,
  take: Take,
  { connections, from = 0, signal, page = PAGE }: From,
): Promise<number> {
  let decidedTo = from
  let isPending = false
  for (let after: number | null = from; after !== null && !signal?.aborted; ) {
    const { rows, next }: PageOf<OrderRow> = await readPage(url, after, page, connections)
    for (const { seq, orderId, status } of rows) {
      if (status !== 'pending') take(orderId, status)
      isPending ||= status === 'pending'
      if (!isPending) decidedTo = seq
    }
    after = next
  }
  return decidedTo
}
