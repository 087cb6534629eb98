import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { thisOwner } from '#host/process-table.ts'
import { type BrokerKind, brokerKinds } from './broker.ts'
import { containerPlans } from './docker.ts'
import { provideBroker, surveyBrokers } from './provide.ts'
import { runDocker, layersDone, pullImage, ownedContainers } from './docker-engine.ts'

/** An environment in which `docker` is this script and nothing else of Docker, Java or apt is there. */
function withDocker(t: TestContext, script: string): NodeJS.ProcessEnv {
  const folder = mkdtempSync(join(tmpdir(), 'docker-test-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'docker'), `#!/bin/sh\n${script}\n`)
  chmodSync(join(folder, 'docker'), 0o755)
  return { PATH: folder, LAB_CACHE_DIR: folder }
}

async function surveyKafka(environment: NodeJS.ProcessEnv) {
  const found = await surveyBrokers(environment)
  return found.find(({ kind }) => kind === 'kafka')
}

function provide(kind: BrokerKind, environment: NodeJS.ProcessEnv, progress: string[] = []) {
  const dataFolder = environment.LAB_CACHE_DIR ?? '/nonexistent'
  const { signal } = new AbortController()
  return provideBroker(kind, { dataFolder, progress: line => progress.push(line), signal, environment })
}

const IMAGE_IS_THERE = 'case $1 in version) echo 28.1.0 ;; image) echo sha256:1 ;; *) exit 1 ;; esac'
const IMAGE_IS_MISSING = `case $1 in
  version) echo 28.1.0 ;; ps) ;; pull) echo 'toomanyrequests: come back later'; exit 1 ;; *) exit 1 ;; esac`

test('where packages cannot serve, Docker does, and reports whether the image is still to be pulled', async t => {
  const there = await surveyKafka(withDocker(t, IMAGE_IS_THERE))
  assert.equal(there?.source, 'docker')
  assert.match(there.detail, /^apache\/kafka:\d+\.\d+\.\d+, by Docker 28\.1\.0$/)
  const missing = await surveyKafka(withDocker(t, IMAGE_IS_MISSING))
  assert.match(missing?.detail ?? '', /^apache\/kafka:\d+\.\d+\.\d+, to be pulled once, by Docker 28\.1\.0$/)
})

test('an engine that does not answer is reported with how to fix it', async t => {
  const environment = withDocker(t, 'echo "Cannot connect to the Docker daemon."; exit 1')
  const named = await surveyKafka({ ...environment, LAB_BROKERS: 'docker' })
  assert.equal(named?.source, undefined)
  assert.match(
    named?.detail ?? '',
    /^LAB_BROKERS asks for docker\. No Docker engine answers: .*Cannot connect.* Start it/,
  )
})

test('waiting for an engine that hangs ends in time', async t => {
  const environment = withDocker(t, 'exec /bin/sleep 60')
  assert.match(
    (await surveyKafka({ ...environment, LAB_BROKERS: 'docker' }))?.detail ?? '',
    /docker version hangs for \d+ s\./,
  )
})

test('a command of Docker that does not end is one sentence', async t => {
  const env = withDocker(t, 'exec /bin/sleep 60')
  await assert.rejects(runDocker(['ps'], { env, patienceMs: 200 }), {
    message: 'docker did not end within 0.2 s; see whether the engine answers.',
  })
})

test('a source that was named is not replaced by another one', async t => {
  const environment = withDocker(t, IMAGE_IS_THERE)
  const named = await surveyKafka({ ...environment, LAB_BROKERS: 'packages' })
  assert.match(named?.detail ?? '', /^LAB_BROKERS asks for packages\. Java is missing/)
  await assert.rejects(provide('rabbitmq', { PATH: '/nonexistent', LAB_BROKERS: 'docker' }), {
    message: /^LAB_BROKERS asks for docker\. Docker is missing\./,
  })
})

test('a word that names no source is refused with those that there are', async () => {
  await assert.rejects(provide('kafka', { ...process.env, LAB_KAFKA_BROKERS: '', LAB_BROKERS: 'podman' }), {
    message: 'LAB_BROKERS is "podman": set it to packages or docker, or unset it.',
  })
})

test('an image that cannot be pulled is one sentence with the reason of the registry', async t => {
  const progress: string[] = []
  const environment = { ...withDocker(t, IMAGE_IS_MISSING), LAB_BROKERS: 'docker' }
  await assert.rejects(provide('rabbitmq', environment, progress), {
    message: /^Docker cannot pull rabbitmq:4-management \(toomanyrequests: come back later\): [^\n]+\.$/,
  })
  assert.deepEqual(progress, ['rabbitmq:4-management: pulling with Docker, once'])
})

test('two pulls at once, of which one ends first, both come to their end', async t => {
  // The slow one outlasts the first poll of its progress.
  const slow = 'case $1 in image) exit 1 ;; esac; [ $2 = fast ] || exec /bin/sleep 2.5'
  const environment = withDocker(t, slow)
  const dataFolder = join(environment.LAB_CACHE_DIR ?? '', 'data')
  const progress: string[] = []
  const { signal } = new AbortController()
  const options = { dataFolder, progress: (line: string) => progress.push(line), signal, environment }
  await Promise.all(['fast', 'slow'].map(image => pullImage(image, options)))
  assert.deepEqual(progress.slice(2), ['slow: 0 of 0 layers'])
  assert.deepEqual(readdirSync(dataFolder), [])
})

test('how far a pull is follows from what Docker prints', () => {
  const lines = ['4: Pulling from library/rabbitmq', '0a1b2c3d4e5f: Already exists', '1a1b2c3d4e5f: Pulling fs layer']
  assert.equal(layersDone(lines.join('\n')), '1 of 2 layers')
  assert.equal(layersDone([...lines, '1a1b2c3d4e5f: Pull complete'].join('\n')), '2 of 2 layers')
})

test('containers without an owner of ours are not seen by the sweep', () => {
  const owner = thisOwner()
  const listing = ['WARNING: old', `ours ${JSON.stringify(owner)}`, 'theirs {"pid":1}', 'odd {pid}', 'other '].join(
    '\n',
  )
  assert.deepEqual(ownedContainers(listing), [{ name: 'ours', owner }])
})

test('settings reach the container with the place at their end, and the password in them alone', () => {
  for (const kind of brokerKinds) {
    const plan = containerPlans[kind](12_345, 's3cret')
    assert.match(plan.address, /127\.0\.0\.1:12345/)
    assert.doesNotMatch([...plan.options, plan.command].join(' '), /s3cret/)
  }
  assert.match(containerPlans.kafka(12_345, '').settings, /advertised\.listeners=PLAINTEXT:\/\/127\.0\.0\.1:12345\n/)
  assert.match(containerPlans.rabbitmq(12_345, 's3cret').settings, /\ndefault_pass = s3cret\n/)
})
