import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { zstdDecompressSync } from 'node:zlib'
import { sampleHistory } from '../testing/sample-history.ts'
import { packHistory, readHistoryFile, writeHistory } from './history-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'history-file-'))
after(() => rmSync(folder, { recursive: true }))
const file = join(folder, 'one.history.zst')
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

test('a history comes back from its file as it was, also where a list has many parts', async () => {
  const history = sampleHistory(1, 25_000)
  history.executedSteps[0] = {
    atNs: 1,
    doneNs: 2,
    action: 'read',
    target: 'a',
    result: { lists: [[], [null, 'two\nlines']] },
  }
  await writeHistory(file, history)
  assert.deepEqual(await readHistoryFile(file), asJson(history))
})

test('what is packed is read like what was written, and is smaller', async () => {
  const history = sampleHistory(2, 1_000)
  await writeHistory(file, history)
  const quick = statSync(file).size
  const bytes = await packHistory(history)
  assert.ok(bytes.length < quick, `${bytes.length} and ${quick}`)
  assert.ok(bytes.length < JSON.stringify(history).length / 10, String(bytes.length))
  writeFileSync(file, bytes)
  assert.deepEqual(await readHistoryFile(file), asJson(history))
})

test('its lines are JSON that any program for zstd can show', async () => {
  const lines = zstdDecompressSync(await packHistory(sampleHistory(3)))
    .toString()
    .trimEnd()
    .split('\n')
  const lists = lines.flatMap(line => {
    const { list } = JSON.parse(line) as { list?: string[] }
    return list ? [list.join('.')] : []
  })
  assert.ok(lists.includes('attempts') && lists.includes('evidence.movements'), lists.join())
})

test('a folder that is not there is an error, of the file system', async () => {
  await assert.rejects(writeHistory(join(folder, 'none', 'one.history.zst'), sampleHistory(1)), { code: 'ENOENT' })
  await assert.rejects(readHistoryFile(join(folder, 'none')), { code: 'ENOENT' })
})
