import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { ROOMS } from '../check/dependency-rules.ts'

const page = readFileSync(resolve(import.meta.dirname, '../../docs/architecture.md'), 'utf8')

test('the table of rooms in docs/architecture.md says what the dependency rules allow', () => {
  const rows = [...page.replaceAll('<model>', 'model').matchAll(/^\| `([a-z/-]+)` \| (.+) \|$/gm)]
  const shown = rows.map(([, room = '', cell = '']) => [room, [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name)])
  const layers = Object.keys(ROOMS).filter(room => room.startsWith('common/') && room !== 'common/testing')
  const inOneWord = (rooms: readonly string[]) =>
    layers.every(layer => rooms.includes(layer))
      ? ['common', ...rooms.filter(room => !layers.includes(room))]
      : [...rooms]
  const allowed = Object.entries(ROOMS)
    .filter(([room]) => !room.startsWith('common/'))
    .map(([room, rooms]) => [room, inOneWord(rooms)])
  const common = ['common', layers.map(layer => layer.slice('common/'.length))]
  assert.deepEqual(shown, [common, ...allowed])
})
