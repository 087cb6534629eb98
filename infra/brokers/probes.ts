/**
 * Whether a broker serves: one question and one answer, because a client library would retry. RabbitMQ serves when it
 * accepts a login on a virtual host, by the opening of AMQP 0-9-1; Kafka when its metadata names an unfenced broker, to which records
 * can be produced. The answers say nothing about queues and topics.
 */
import type { BrokerKind } from './broker.ts'
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

/** Of an AMQP URL. Resolves with the broker's name and version; rejects with one sentence, without the password. */
export async function probeRabbitmq(address: string): Promise<string> {
  const url = parse(address)
  const hostAndPort = `${url.hostname}:${url.port || (url.protocol === 'amqps:' ? 5671 : 5672)}`
  const target = {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(hostAndPort.slice(hostAndPort.lastIndexOf(':') + 1)),
  }
  const socket = url.protocol === 'amqps:' ? connectTls({ ...target, servername: target.host }) : connect(target)
  const timer = setTimeout(() => socket.destroy(new Error(`no answer in ${DEADLINE_MS} ms`)), DEADLINE_MS)
  try {
    return await login(socket, url, hostAndPort)
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

function login(socket: Socket, url: URL, hostAndPort: string): Promise<string> {
  const user = decodeURIComponent(url.username) || 'guest'
  const password = decodeURIComponent(url.password) || 'guest'
  const vhost = decodeURIComponent(url.pathname.slice(1)) || '/'
  return new Promise((resolve, reject) => {
    let received: Buffer = Buffer.alloc(0)
    let version = 'RabbitMQ'
    let phase = 'connect'
    const fail = (why: string): void => reject(new Error(why))
    const answer = (method: number, body: Buffer): void => {
      if (method === START) {
        version = `RabbitMQ ${readVersion(body)}`
        phase = 'login'
        socket.write(
          frame(0x000a000b, [clientProperties(), short('PLAIN'), long(`\0${user}\0${password}`), short('en_US')]),
        )
      } else if (method === TUNE) {
        phase = 'open'
        socket.write(frame(0x000a001f, [body.subarray(0, 8)]))
        socket.write(frame(0x000a0028, [short(vhost), short(''), Buffer.of(0)]))
      } else if (method === OPEN_OK) {
        // A connection that just breaks would fill the broker's log with warnings.
        socket.write(frame(CLOSE, [Buffer.of(0, 200), short(''), Buffer.alloc(4)]))
      } else if (method === CLOSE_OK) resolve(version)
      else if (method === SECURE) fail(`${hostAndPort} asks for a login that is not user and password.`)
      else if (method === CLOSE && phase === 'open') fail(`user "${user}" has no access to virtual host "${vhost}".`)
      else if (method === CLOSE) fail(`${hostAndPort} refuses user "${user}" with this password.`)
    }
    socket.on('error', error => fail(`nothing serves AMQP at ${hostAndPort} (${error.message || 'no connection'}).`))
    socket.on('close', () =>
      fail(phase === 'login' ? `${hostAndPort} refuses this login.` : `${hostAndPort} does not speak AMQP.`),
    )
    socket.on('data', chunk => {
      received = Buffer.concat([received, chunk])
      if (received.length > 1 && received[0] !== 1) return fail(`${hostAndPort} does not speak AMQP 0-9-1.`)
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

/** `addresses` is `host:port[,host:port]`; resolves with what is known of the version, rejects with one sentence. */
export async function probeKafka(addresses: string): Promise<string> {
  // Loaded here, because a run without Kafka does not need it.
  const { apiVersionsV3, Connection, metadataV12 } = await import('@platformatic/kafka')
  let problem = ''
  for (const { host, port } of parseBrokers(addresses)) {
    const connection = new Connection('communication-models-lab', { connectTimeout: 3000, requestTimeout: 3000 })
    // What is in the way of a container accepts a connection, and breaks it while the broker is not up.
    connection.on('error', () => {}) // reported by the calls
    try {
      await connection.connect(host, port)
      const versions = await apiVersionsV3.api.async(connection, 'communication-models-lab', '0')
      const { brokers } = await metadataV12.api.async(connection, [], false, false)
      if (brokers.length === 0) throw new Error('none')
      const level = versions.finalizedFeatures?.find(({ name }) => name === 'metadata.version')?.maxVersionLevel
      return level === undefined ? 'Kafka' : `Kafka, metadata level ${level}`
    } catch {
      problem ||= `no Kafka broker answers at ${host}:${port}.`
    } finally {
      await connection.close().catch(() => {})
    }
  }
  throw new Error(problem)
}

function parseBrokers(addresses: string): { host: string; port: number }[] {
  return addresses.split(',').map(text => {
    const [, host, port] = /^\s*\[?([^\s/@]+?)\]?:(\d{1,5})\s*$/.exec(text) ?? []
    if (!host || Number(port) > 65_535) throw new Error(`"${text.trim()}" is not of the form host:port.`)
    return { host, port: Number(port) }
  })
}

export const probes: Record<BrokerKind, (address: string) => Promise<string>> = {
  rabbitmq: probeRabbitmq,
  kafka: probeKafka,
}
