// What a client is told whose request reaches no route: a problem document too, and the connection closes.
// Not promised: that it reads it; who sends garbage may be gone.
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { LabError } from '../contracts/errors.ts'
import { problem, PROBLEM_TYPE } from '../contracts/problem.ts'

const documentOf = (detail: string): string => JSON.stringify(problem(new LabError('malformed', detail)))

/** For Node's `clientError`: no parsable request, or headers beyond what is read. */
export function refuseGarbage(error: Error, socket: Socket): void {
  if (!socket.writable) return void socket.destroy()
  const body = documentOf(`this is no HTTP request that can be read (${error.message})`)
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: ${PROBLEM_TYPE}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}

/** For what Node or the framework refuses before there is a route. */
export function refuse(response: ServerResponse, detail: string): void {
  response.writeHead(400, { 'content-type': PROBLEM_TYPE, connection: 'close' })
  response.end(documentOf(detail))
}
