// One HTTP call to a peer, with a deadline, told in the words of the table of errors.
// What matters to the caller is whether the peer can have acted: `mayHaveActed` is false only where that is proved.
import { type Dispatcher, Pool, errors } from 'undici'
import type { Static, TSchema } from 'typebox'
import { type ErrorCode, ERRORS, LabError } from '#common/contracts/errors.ts'
import { CORRELATION_ID } from '#common/contracts/http.ts'
import { parse } from '#common/contracts/parse.ts'
import { Problem } from '#common/contracts/problem.ts'

export type Peer = { pool: Dispatcher; name: string }

/** A peer's answer that is not a success, or no answer. */
export class CallError extends LabError {
  /** False when the peer cannot have done what it was asked: it said so (400, 409), or nothing was sent. */
  readonly mayHaveActed: boolean
  constructor(code: ErrorCode, detail: string, { mayHaveActed, cause }: { mayHaveActed: boolean; cause?: unknown }) {
    super(code, detail, { cause })
    this.mayHaveActed = mayHaveActed
  }
}

type Place = { name: string; url: string; connections: number; copies?: Dispatcher.DispatcherComposeInterceptor }

/** `connections`: more calls than that at once wait for a socket. `copies`: for the lab, what sends each once more. */
export function openPeer({ name, url, connections, copies }: Place): Peer {
  const pool = new Pool(url, { connections, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 })
  return { name, pool: copies ? pool.compose(copies) : pool }
}

type Call<Schema extends TSchema> = {
  path: string
  body: unknown
  answer: Schema
  correlationId: string
  /** Ends the call: a deadline, as a rule. */
  signal: AbortSignal
}

/**
 * @throws CallError `handler-failed` (5xx, garbage, a broken connection), `unavailable` (refused), `deadline-passed`, or
 * the code of the peer's own 409.
 */
export async function call<Schema extends TSchema>(peer: Peer, ask: Call<Schema>): Promise<Static<Schema>> {
  const { status, text } = await exchange(peer, ask)
  if (status === 200) return readAnswer(peer, ask.answer, text)
  if (status === 409 || status === 400) throw refusal(peer, status, text)
  throw new CallError('handler-failed', `${peer.name} answered ${status}`, { mayHaveActed: true })
}

async function exchange(peer: Peer, { path, body, correlationId, signal }: Call<TSchema>) {
  try {
    const response = await peer.pool.request({
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json', [CORRELATION_ID]: correlationId },
      body: JSON.stringify(body),
      signal,
    })
    return { status: response.statusCode, text: await response.body.text() }
  } catch (error) {
    if (notConnected(error))
      throw new CallError('unavailable', `${peer.name} refuses connections`, { mayHaveActed: false, cause: error })
    if (signal.aborted)
      throw new CallError('deadline-passed', `${peer.name} did not answer in time`, {
        mayHaveActed: true,
        cause: error,
      })
    throw new CallError('handler-failed', `${peer.name} broke the connection`, { mayHaveActed: true, cause: error })
  }
}

// What fails before a connection stands: nothing was sent.
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
  const told = readAnswer(peer, Problem, text)
  const code = status === 409 && Object.hasOwn(ERRORS, told.code) ? (told.code as ErrorCode) : 'handler-failed'
  return new CallError(code, told.detail, { mayHaveActed: false })
}
