// Whether a port can be listened on.
import { createServer } from 'node:net'

/** On the loopback address; false also where listening there is not allowed. */
export function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
