/**
 * Asks a RabbitMQ broker whether it takes a login on a virtual host: the opening of AMQP 0-9-1, spoken by
 * hand, because a client library would retry where the lab wants one answer. It says nothing about queues.
 */
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

const DEADLINE_MS = 5000

/** The broker's methods that matter here, as class and method in one number. */
const START = 0x000a000a
const SECURE = 0x000a0014
const TUNE = 0x000a001e
const OPEN_OK = 0x000a0029
const CLOSE = 0x000a0032
const CLOSE_OK = 0x000a0033

/** An address as it may be shown. */
export function withoutPassword(address: string): string {
  return address.replace(/:\/\/([^:@/]*):.*@/, '://$1:…@')
}

/** Resolves with the broker's name and version; rejects with one sentence, without the password. */
export async function probeRabbitmq(address: string): Promise<string> {
  const url = parse(address)
  const place = `${url.hostname}:${url.port || (url.protocol === 'amqps:' ? 5671 : 5672)}`
  const target = { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(place.slice(place.lastIndexOf(':') + 1)) }
  const socket = url.protocol === 'amqps:' ? connectTls({ ...target, servername: target.host }) : connect(target)
  const timer = setTimeout(() => socket.destroy(new Error(`no answer in ${DEADLINE_MS} ms`)), DEADLINE_MS)
  try {
    return await login(socket, url, place)
  } finally {
    clearTimeout(timer)
    socket.destroy()
  }
}

function parse(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url?.hostname && (url.protocol === 'amqp:' || url.protocol === 'amqps:')) return url
  throw new Error('it is not of the form amqp://user:password@host:port/vhost.')
}

function login(socket: Socket, url: URL, place: string): Promise<string> {
  const user = decodeURIComponent(url.username) || 'guest'
  const password = decodeURIComponent(url.password) || 'guest'
  const vhost = decodeURIComponent(url.pathname.slice(1)) || '/'
  return new Promise((resolve, reject) => {
    let received: Buffer = Buffer.alloc(0)
    let version = 'RabbitMQ'
    let stage = 'connect'
    const fail = (why: string): void => reject(new Error(why))
    const answer = (method: number, body: Buffer): void => {
      if (method === START) {
        version = `RabbitMQ ${readVersion(body)}`
        stage = 'login'
        socket.write(
          frame(0x000a000b, [clientProperties(), short('PLAIN'), long(`\0${user}\0${password}`), short('en_US')]),
        )
      } else if (method === TUNE) {
        stage = 'open'
        socket.write(frame(0x000a001f, [body.subarray(0, 8)]))
        socket.write(frame(0x000a0028, [short(vhost), short(''), Buffer.of(0)]))
      } else if (method === OPEN_OK) {
        // Said politely, or the broker's log fills with warnings.
        socket.write(frame(CLOSE, [Buffer.of(0, 200), short(''), Buffer.alloc(4)]))
      } else if (method === CLOSE_OK) resolve(version)
      else if (method === SECURE) fail(`${place} asks for a login that is not user and password.`)
      else if (method === CLOSE && stage === 'open') fail(`user "${user}" has no access to virtual host "${vhost}".`)
      else if (method === CLOSE) fail(`${place} refuses user "${user}" with this password.`)
    }
    socket.on('error', error => fail(`nothing serves AMQP at ${place} (${error.message || 'no connection'}).`))
    socket.on('close', () => fail(stage === 'login' ? `${place} refuses this login.` : `${place} does not speak AMQP.`))
    socket.on('data', chunk => {
      received = Buffer.concat([received, chunk])
      if (received.length > 1 && received[0] !== 1) return fail(`${place} does not speak AMQP 0-9-1.`)
      while (received.length >= 8 && received.length >= 8 + received.readUInt32BE(3)) {
        const size = received.readUInt32BE(3)
        if (size >= 4) answer(received.readUInt32BE(7), received.subarray(11, 7 + size))
        received = received.subarray(8 + size)
      }
    })
    socket.write(Buffer.from([...Buffer.from('AMQP'), 0, 0, 9, 1]))
  })
}

function frame(method: number, fields: Buffer[]): Buffer {
  const body = Buffer.concat(fields)
  const head = Buffer.alloc(11)
  head[0] = 1
  head.writeUInt32BE(body.length + 4, 3)
  head.writeUInt32BE(method, 7)
  return Buffer.concat([head, body, Buffer.of(0xce)])
}

const short = (text: string): Buffer => Buffer.concat([Buffer.of(Buffer.byteLength(text)), Buffer.from(text)])

function long(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content)
  const size = Buffer.alloc(4)
  size.writeUInt32BE(bytes.length)
  return Buffer.concat([size, bytes])
}

/** Client properties: with this capability a refused login is answered, and not only hung up on. */
function clientProperties(): Buffer {
  const capability = Buffer.concat([short('authentication_failure_close'), Buffer.from('t'), Buffer.of(1)])
  return long(Buffer.concat([short('capabilities'), Buffer.from('F'), long(capability)]))
}

/** The text after the key `version` in the server's properties. */
function readVersion(body: Buffer): string {
  const at = body.indexOf('\u0007versionS')
  return at < 0 ? 'of unknown version' : body.subarray(at + 13, at + 13 + body.readUInt32BE(at + 9)).toString()
}
