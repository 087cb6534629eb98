// One HTTP call to a peer, with a deadline; its failures have codes of the table of errors.
// Guarantees: `mayHaveActed` of a failure is false only where it is proved that the peer did nothing. A call ends with its
// signal, whatever it waits for: undici alone hears of an abort only when the request has a connection.
import { type Dispatcher, Pool, errors } from 'undici'
import type { Static, TSchema } from '#common/contracts/type.ts'
import { ERROR_CODES, type ErrorCode, LabError, Problem } from '#common/contracts/errors.ts'
import { CORRELATION_ID } from '#common/contracts/headers.ts'
import { parse } from '#common/contracts/parse.ts'

export type Peer = { pool: Dispatcher; name: string }

/** A peer's answer that is not a success, or no answer. */
export class CallError extends LabError {
  /** False when the peer cannot have done the work: it answered 400 or 409, or nothing was sent. */
  readonly mayHaveActed: boolean
  constructor(code: ErrorCode, detail: string, { mayHaveActed, cause }: { mayHaveActed: boolean; cause?: unknown }) {
    super(code, detail, { cause })
    this.mayHaveActed = mayHaveActed
  }
}

type PeerOptions = {
  name: string
  url: string
  /** More calls at once wait for a connection. */
  connections: number
  /** A connection that is not made in this time counts as refused. Half of a call's deadline leaves time to say so. */
  connectMs: number
  /** For the lab: sends each request once more. */
  duplicates?: Dispatcher.DispatcherComposeInterceptor | undefined
}

export function openPeer({ name, url, connections, connectMs, duplicates }: PeerOptions): Peer {
  const limits = { pipelining: 1, headersTimeout: 0, bodyTimeout: 0, connectTimeout: connectMs }
  const pool = new Pool(url, { connections, ...limits })
  return { name, pool: duplicates ? pool.compose(duplicates) : pool }
}

type Call<Schema extends TSchema> = {
  path: string
  body: unknown
  answer: Schema
  correlationId: string
  /** Ends the call, usually at a deadline. */
  signal: AbortSignal
}

/**
 * @throws CallError `handler-failed` (5xx, garbage, a broken connection), `unavailable` (refused), `deadline-passed`, or
 * the code of the peer's own 409.
 */
export async function call<Schema extends TSchema>(peer: Peer, request: Call<Schema>): Promise<Static<Schema>> {
  const { status, text } = await exchange(peer, request)
  if (status === 200) return readAnswer(peer, request.answer, text)
  if (status === 409 || status === 400) throw refusal(peer, status, text)
  throw new CallError('handler-failed', `${peer.name} answered ${status}`, { mayHaveActed: true })
}

type Answered = { status: number; text: string }

async function exchange(peer: Peer, request: Call<TSchema>): Promise<Answered> {
  try {
    return await post(peer.pool, request)
  } catch (error) {
    if (notConnected(error))
      throw new CallError('unavailable', `${peer.name} takes no connections`, { mayHaveActed: false, cause: error })
    if (request.signal.aborted)
      throw new CallError('deadline-passed', `${peer.name} did not answer in time`, {
        mayHaveActed: true,
        cause: error,
      })
    throw new CallError('handler-failed', `${peer.name} broke the connection`, { mayHaveActed: true, cause: error })
  }
}

/** Rejects with the reason of the signal as soon as that aborts; what has not been sent by then never is. */
async function post(pool: Dispatcher, { path, body, correlationId, signal }: Call<TSchema>): Promise<Answered> {
  signal.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<Answered>()
  let status = 0
  const chunks: Buffer[] = []
  let started: Dispatcher.DispatchController | undefined
  const abort = (): void => {
    reject(signal.reason)
    started?.abort(signal.reason)
  }
  signal.addEventListener('abort', abort)
  try {
    pool.dispatch(
      {
        method: 'POST',
        path,
        headers: { 'content-type': 'application/json', [CORRELATION_ID]: correlationId },
        body: JSON.stringify(body),
      },
      {
        onRequestStart(controller) {
          started = controller
          if (signal.aborted) abort()
        },
        onResponseStart(_controller, statusCode) {
          status = statusCode
        },
        onResponseData(_controller, chunk) {
          chunks.push(chunk)
        },
        onResponseEnd: () => resolve({ status, text: Buffer.concat(chunks).toString() }),
        onResponseError: (_controller, error) => reject(error),
      },
    )
    return await promise
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

// Errors before there is a connection: nothing was sent.
const BEFORE_CONNECTION = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN'])

function notConnected(error: unknown): boolean {
  if (error instanceof errors.ConnectTimeoutError) return true
  return error instanceof Error && 'code' in error && BEFORE_CONNECTION.has(String(error.code))
}

function readAnswer<Schema extends TSchema>(peer: Peer, schema: Schema, text: string): Static<Schema> {
  try {
    return parse(schema, JSON.parse(text), 'answer')
  } catch (error) {
    throw new CallError('handler-failed', `${peer.name} answered with garbage`, { mayHaveActed: true, cause: error })
  }
}

/** A 409 passes on the peer's own reason; a 400 means that the two do not speak the same contract. */
function refusal(peer: Peer, status: number, text: string): CallError {
  const { code, detail } = readAnswer(peer, Problem, text)
  const known = status === 409 ? ERROR_CODES.find(one => one === code) : undefined
  return new CallError(known ?? 'handler-failed', detail, { mayHaveActed: false })
}
