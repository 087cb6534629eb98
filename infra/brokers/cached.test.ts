import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { cached, cachedPath } from './cached.ts'
import { testCache } from '#host/testing/test-cache.ts'

const cache = testCache()

const quiet = { progress: () => {}, signal: new AbortController().signal }
const write = async (folder: string): Promise<void> => writeFileSync(join(folder, 'content'), 'whole')

test('two that want the same folder at once make it once, and a third makes nothing', async () => {
  let made = 0
  const make = async (folder: string): Promise<void> => {
    made++
    await write(folder)
  }
  const paths = await Promise.all([cached('shared', make, quiet), cached('shared', make, quiet)])
  paths.push(await cached('shared', make, quiet))
  assert.deepEqual(new Set(paths), new Set([cachedPath('shared')]))
  assert.equal(made, 1)
})

test('a making that fails leaves nothing, and the next one succeeds', async () => {
  const broken = async (folder: string): Promise<void> => {
    await write(folder)
    throw new Error('The network is away.')
  }
  await assert.rejects(cached('failing', broken, quiet), /network is away/)
  assert.deepEqual(
    readdirSync(cache).filter(name => name.startsWith('failing')),
    [],
  )
  assert.ok(existsSync(await cached('failing', write, quiet)))
})

test('what a killed lab left half-made is thrown away and made again', async t => {
  const script = `
    import { writeFileSync } from 'node:fs'
    import { cached } from ${JSON.stringify(join(import.meta.dirname, 'cached.ts'))}
    const options = { progress() {}, signal: new AbortController().signal }
    await cached('killed', async folder => {
      writeFileSync(folder + '/half', '')
      console.log('half')
      await new Promise(() => setInterval(() => {}, 1e6))
    }, options)`
  const lab = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => lab.kill('SIGKILL'))
  await once(lab.stdout, 'data')
  assert.equal(existsSync(cachedPath('killed')), false)
  lab.kill('SIGKILL')
  await once(lab, 'exit')
  const path = await cached('killed', write, quiet)
  assert.deepEqual(readdirSync(path), ['content'])
  assert.equal(readFileSync(join(path, 'content'), 'utf8'), 'whole')
})

test('a cache whose path has a colon is refused, because no broker could start from it', async () => {
  process.env.LAB_CACHE_DIR = join(cache, 'a:b')
  try {
    await assert.rejects(cached('colon', write, quiet), /because of the colon in it: set LAB_CACHE_DIR/)
  } finally {
    process.env.LAB_CACHE_DIR = cache
  }
})
