// The answer to a request that reaches no route: a problem document too, and the connection is closed.
// Not promised: that the client reads it; it may be gone.
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { LabError } from '../contracts/errors.ts'
import { problem, PROBLEM_TYPE } from '../contracts/problem.ts'

const documentOf = (detail: string): string => JSON.stringify(problem(new LabError('malformed', detail)))

/** For Node's `clientError`: no parsable request, or headers that are too large. */
export function refuseGarbage(error: Error, socket: Socket): void {
  if (!socket.writable) return void socket.destroy()
  const body = documentOf(`the request cannot be read as HTTP (${error.message})`)
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: ${PROBLEM_TYPE}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}

/** For a request that Node or the framework refuses before it reaches a route. */
export function refuse(response: ServerResponse, detail: string): void {
  response.writeHead(400, { 'content-type': PROBLEM_TYPE, connection: 'close' })
  response.end(documentOf(detail))
}
