import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { type TestContext, test } from 'node:test'
import type { BrokerKind } from './broker.ts'
import { provideBroker, surveyBrokers } from './provide.ts'

function provide(kind: BrokerKind, environment: NodeJS.ProcessEnv) {
  const { signal } = new AbortController()
  return provideBroker(kind, { dataFolder: '/nonexistent', progress: () => {}, signal, environment })
}

/** A server that says `greeting` and nothing else. */
async function strangerPort(t: TestContext, greeting: string): Promise<number> {
  const server = createServer(socket => socket.on('error', () => {}).end(greeting)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

const wrong: [string, BrokerKind, string, RegExp][] = [
  ['no URL', 'rabbitmq', 'here:5672', /not of the form amqp:/],
  ['another protocol', 'rabbitmq', 'http://127.0.0.1', /not of the form amqp:/],
  ['nobody there', 'rabbitmq', 'amqp://u:s3cret@127.0.0.1:9/x', /nothing serves AMQP at 127\.0\.0\.1:9/],
  ['no host:port', 'kafka', 'localhost', /"localhost" is not of the form host:port/],
  ['no port', 'kafka', 'localhost:99999', /not of the form host:port/],
  ['nobody there', 'kafka', '127.0.0.1:9', /no Kafka broker answers at 127\.0\.0\.1:9/],
]

for (const [name, kind, value, expected] of wrong) {
  test(`${kind}: a wrong address (${name}) gives one sentence that names the variable and how to fix it`, async () => {
    const variable = kind === 'kafka' ? 'LAB_KAFKA_BROKERS' : 'LAB_RABBITMQ_URL'
    await assert.rejects(provide(kind, { [variable]: value }), (error: Error) => {
      assert.match(error.message, expected)
      assert.match(error.message, new RegExp(`^${variable} cannot be used: .*unset it to use a private one\\.$`))
      assert.doesNotMatch(error.message, /s3cret|\n/)
      return true
    })
  })
}

test('a server of another kind is not mistaken for RabbitMQ', async t => {
  for (const greeting of ['', 'HTTP/1.1 400 Bad Request\r\n\r\n']) {
    const url = `amqp://u:p@127.0.0.1:${await strangerPort(t, greeting)}`
    await assert.rejects(provide('rabbitmq', { LAB_RABBITMQ_URL: url }), /does not speak AMQP/)
  }
})

test('what is missing is said with how to fix it, and nothing is fetched', async () => {
  const found = await surveyBrokers({ PATH: '/nonexistent' })
  const kafka = found.find(({ kind }) => kind === 'kafka')
  assert.equal(kafka?.source, undefined)
  assert.match(kafka?.detail ?? '', /Java is missing: install .*LAB_KAFKA_BROKERS/)
})
