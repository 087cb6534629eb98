// The image of every service, built by the builder that the environment names (DOCKER_BUILDKIT=1 or 0).
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { test, type TestContext } from 'node:test'
import { promisify } from 'node:util'

const ROOT = resolve(import.meta.dirname, '..')
const CONTEXT = [
  '.dockerignore',
  'package.json',
  'package-lock.json',
  'common',
  'engine',
  'sync-rest',
  'async-rabbitmq',
]
const run = promisify(execFile)
const docker = async (...args: string[]): Promise<string> => {
  const { stdout, stderr } = await run('docker', args, { maxBuffer: 2 ** 26 })
  return stdout + stderr
}

/** A copy of what the image is made of, which a test may change. */
function copyContext(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'lab-image-'))
  t.after(() => rmSync(folder, { recursive: true }))
  for (const name of [...CONTEXT, 'streaming-kafka', 'infra'])
    cpSync(join(ROOT, name), join(folder, name), { recursive: true })
  return folder
}

test('after a change of code the image is built again without another install, and holds what a service needs', async t => {
  const context = copyContext(t)
  const tag = `communication-models-lab:test-${process.pid}`
  const progress = process.env.DOCKER_BUILDKIT === '1' ? ['--progress=plain'] : []
  const build = () => docker('build', ...progress, '-t', tag, '-f', join(context, 'infra/Dockerfile'), context)
  t.after(() => docker('rmi', '-f', tag))
  // As a checkout under umask 077 has it.
  await run('chmod', ['-R', 'go-rwx', context])
  await build()
  appendFileSync(join(context, 'sync-rest/inventory_service/settings.ts'), '// changed\n')
  const second = await build()
  // The classic builder says "---> Using cache" below the step, BuildKit "#9 CACHED" below its name.
  assert.match(second, /RUN npm ci[^\n]*\n(?:[^\n]*\n)?[^\n]*(?:Using cache|CACHED)/)

  const list = await docker(
    'run',
    '--rm',
    tag,
    'node',
    '-e',
    "console.log(process.getuid(), require('fs').readdirSync('.').join()); require('fs').readFileSync('common/service/service.ts')",
  )
  assert.match(list, /^1000 /)
  assert.match(
    list,
    /async-rabbitmq,common,engine,node_modules,package-lock.json,package.json,streaming-kafka,sync-rest/,
  )
  const installed = await docker(
    'run',
    '--rm',
    tag,
    'node',
    '-e',
    "console.log(require('fs').readdirSync('node_modules').join())",
  )
  assert.match(installed, /fastify/)
  assert.doesNotMatch(installed, /typescript|node-linux|resvg/)
})
