import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { testCache } from '#host/testing/test-cache.ts'
import { cachedPath } from './cached.ts'
import { kafkaVersion, provideKafka } from './kafka.ts'
import { findForeignFile } from './pinned-files.ts'

testCache()

/** Of `one\n` and `two\n`. */
const LIST = `2c8b08da5ce60398e1f19af0e5dccc744df274b826abe585eaba68c525434806  one.jar
27dd8ed44a83ff94d557f9fd0412ed5a8cbca69ea04922d88c01184a07300a5a  two.jar
`

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'lab-pinned-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

test('a file with other bytes, one that is missing and one too many are told apart from those of the list', async t => {
  const folder = temporaryFolder(t)
  const list = join(temporaryFolder(t), 'list')
  writeFileSync(list, LIST)
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
  write('one.jar', 'one\n')
  assert.equal(await findForeignFile(folder, list), 'two.jar is missing')
  write('two.jar', 'two\n')
  assert.equal(await findForeignFile(folder, list), undefined)
  write('three.jar', 'two\n')
  assert.equal(await findForeignFile(folder, list), 'three.jar is not in the list')
  rmSync(join(folder, 'three.jar'))
  write('two.jar', 'one\n')
  assert.equal(await findForeignFile(folder, list), 'two.jar has another SHA-256')
})

const jar = `kafka-clients-${kafkaVersion()}.jar`

/** With tools that only seem to be Java and Maven: that Maven fetches one jar with wrong bytes. */
function provide(t: TestContext) {
  const tools = temporaryFolder(t)
  const script = (name: string, text: string) =>
    writeFileSync(join(tools, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
  script('java', 'echo \'openjdk version "21.0.1"\' >&2')
  script(
    'mvn',
    `case " $* " in *" -C "*) ;; *) exit 1;; esac
for argument; do case "$argument" in
  -Dmaven.repo.local=*) mkdir -p "\${argument#*=}";;
  -DoutputDirectory=*) mkdir -p "\${argument#*=}"; echo wrong > "\${argument#*=}/${jar}";;
esac; done`,
  )
  const environment = { PATH: `${tools}:/usr/bin:/bin` }
  return provideKafka({ dataFolder: temporaryFolder(t), progress: () => {}, signal: t.signal, environment })
}

test('a jar of Kafka that is fetched with other bytes is refused with what to look at, and not kept', async t => {
  await assert.rejects(
    provide(t),
    /^Error: Maven fetched another Kafka than infra\/kafka\/jars\.sha256 names \(kafka-clients-\S+\.jar has another SHA-256\), and nothing of it was kept: see which mirror Maven's settings name/,
  )
  assert.equal(existsSync(cachedPath(`kafka-${kafkaVersion()}`)), false)
})

test('a jar of Kafka that was put into the cache is refused before it runs, with the folder to delete', async t => {
  const folder = cachedPath(`kafka-${kafkaVersion()}`)
  mkdirSync(join(folder, 'jars'), { recursive: true })
  writeFileSync(join(folder, 'jars', jar), 'wrong')
  await assert.rejects(provide(t), error => {
    assert.ok(error instanceof Error)
    assert.match(
      error.message,
      /^The cached Kafka .* \(kafka-clients-\S+\.jar has another SHA-256\): delete .*, and it is/,
    )
    assert.ok(error.message.includes(`delete ${folder},`))
    return true
  })
})
