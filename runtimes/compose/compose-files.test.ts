// The compose files say what the models say, and what their .env.example says. It reads them; no engine is needed.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { Type } from '#common/contracts/type.ts'
import { parse as parseYaml } from 'yaml'
import { parse } from '#common/contracts/parse.ts'
import { images } from '#infra/brokers/docker.ts'
import { models } from '../../lab/session/registry.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const IMAGE = 'communication-models-lab'
/** The one that ends at once: it only hands a folder of the host to the user of the services. */
const HELPER = 'metrics_folder'
const USUAL_PORTS: Record<string, string[]> = {
  rabbitmq: ['AMQP_PORT:-5672}:5672', 'MANAGEMENT_PORT:-15672}:15672'],
  kafka: ['KAFKA_PORT:-9092}:9092'],
}

const Texts = Type.Array(Type.String())
const Service = Type.Object({
  image: Type.String(),
  user: Type.Optional(Type.String()),
  init: Type.Optional(Type.Boolean()),
  read_only: Type.Optional(Type.Boolean()),
  cap_drop: Type.Optional(Texts),
  healthcheck: Type.Optional(Type.Object({ test: Texts })),
  command: Type.Optional(Texts),
  environment: Type.Optional(Type.Record(Type.String(), Type.String())),
  ports: Type.Optional(Texts),
  volumes: Type.Optional(Texts),
})
const ComposeFile = Type.Object({ services: Type.Record(Type.String(), Service) })

const files = models.map(model => {
  const read = (name: string) => readFileSync(join(ROOT, model.name, name), 'utf8')
  const text = read('docker-compose.yml')
  const { services } = parse(ComposeFile, parseYaml(text, { merge: true }), 'compose file')
  return { model, text, services, example: read('.env.example') }
})

for (const { model, text, services, example } of files) {
  const own = Object.entries(services).filter(([name]) => name !== HELPER && !model.brokers.some(kind => kind === name))

  test(`the containers of ${model.name} are its services and its brokers`, () => {
    const names = [...model.services.map(({ name }) => name), ...model.brokers].sort()
    assert.deepEqual(
      Object.keys(services)
        .filter(name => name !== HELPER)
        .sort(),
      names,
    )
    for (const [name, { command }] of own) assert.deepEqual(command, ['node', `${model.name}/${name}/main.ts`])
  })

  test(`the brokers of ${model.name} are of the images that private brokers have`, () => {
    // A Kafka does not tell its version: results name that of these images.
    for (const kind of model.brokers) assert.equal(services[kind]?.image, images[kind])
  })

  test(`the containers of ${model.name} listen where the model says, and on this machine alone`, () => {
    for (const { name, port } of model.services) {
      assert.equal(services[name]?.environment?.PORT, String(port))
      assert.deepEqual(services[name]?.ports, [`127.0.0.1:\${${name.toUpperCase()}_PORT:-${port}}:${port}`])
    }
    for (const kind of model.brokers)
      assert.deepEqual(
        services[kind]?.ports,
        USUAL_PORTS[kind]?.map(port => `127.0.0.1:\${${port}`),
      )
  })

  test(`the services of ${model.name} run without rights, and each has a health check`, () => {
    assert.match(readFileSync(join(ROOT, 'infra/Dockerfile'), 'utf8'), /^USER node$/m)
    for (const [name, service] of own) {
      const { image, user, init, read_only: readOnly, cap_drop: dropped } = service
      const expected = { image: IMAGE, user: undefined, init: true, readOnly: true, dropped: ['ALL'] }
      assert.deepEqual({ image, user, init, readOnly, dropped }, expected, name)
    }
    for (const [name, { healthcheck }] of Object.entries(services))
      assert.equal(healthcheck === undefined, name === HELPER, name)
  })

  test(`each service of ${model.name} keeps its store on a volume of its own`, () => {
    for (const [name, { volumes }] of own) assert.ok(volumes?.includes(`${name}:/data`), name)
  })

  test(`no fault is on in ${model.name}, and no name is claimed that another stack would want`, () => {
    assert.doesNotMatch(text, /LAB_FAULTS|_CRASH_AT|_DELAY_MS|_ERROR|_GARBAGE|_THROTTLE|_KILL|container_name/)
  })

  test(`.env.example of ${model.name} has each variable of the compose file, with its default`, () => {
    const variables = [...text.matchAll(/\$\{(\w+):-([^}]*)\}/g)].map(([, name, value]) => `${name}=${value}`)
    const shown = example.split('\n').filter(line => /^\w+=/.test(line))
    assert.deepEqual([...new Set(variables)].sort(), shown.sort())
    assert.equal(text.match(/\$\{/g)?.length, variables.length, 'every variable has a default')
  })
}

test('the three models can run in containers at once', () => {
  const ports = files.flatMap(({ text }) => [...text.matchAll(/_PORT:-(\d+)\}:/g)].map(([, port]) => port))
  assert.ok(ports.length > 0)
  assert.equal(new Set(ports).size, ports.length)
})
