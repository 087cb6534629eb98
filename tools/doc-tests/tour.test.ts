import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { models } from '../../lab/session/registry.ts'
import { isShown, readTour } from './tour.ts'

const BY_HAND = resolve(import.meta.dirname, '../../docs/by-hand')

const page = (tour: string) => ['# A', '```sh', 'not of the tour', '```', tour, '```sh', 'nor this', '```'].join('\n')
const tour = (...lines: string[]) => page(['<!-- tour -->', ...lines, '<!-- /tour -->'].join('\n'))

test('a tour is the commands between its marks, each with the text that is shown after it', () => {
  const text = tour(
    'Type',
    '```sh',
    'a',
    'b',
    '```',
    'and',
    '```sh',
    'c',
    '```',
    'to see',
    '```text',
    'd',
    '```',
    'or',
    '```sh terminal',
    'e',
    '```',
    '```',
    '```',
  )
  assert.deepEqual(readTour(text), [
    { commands: 'a\nb\n', shown: undefined, ownTerminal: false },
    { commands: 'c\n', shown: 'd\n', ownTerminal: false },
    { commands: 'e\n', shown: '', ownTerminal: true },
  ])
})

test('a page without a tour, without commands, or with output of no command is refused', () => {
  assert.throws(() => readTour(page('')), /There is no tour/)
  assert.throws(() => readTour(tour('Only prose.')), /no block of commands/)
  assert.throws(() => readTour(tour('```text', 'a', '```')), /No commands stand before this output:\na/)
  assert.throws(
    () => readTour(tour('```sh', 'a', '```', '```', 'b', '```', '```', 'c', '```')),
    /before this output:\nc/,
  )
})

const fits: [string, string, string][] = [
  ['the same text', 'a\nb\n', 'a\nb\n'],
  ['a last line without its end', '{"a":1}', '{"a":1}\n'],
  ['nothing', '', ''],
  ['any text of a line', '{"id":"0-1","n":12}\n', '{"id":"…","n":…}\n'],
  ['no text at all', '60 202\n', '…60 202\n'],
  ['any lines', 'a\nb\nc\nd\n', 'a\n…\nd\n'],
  ['no lines at all', 'a\nd\n', '…\na\n…\nd\n…\n'],
]
for (const [what, printed, shown] of fits) test(`shown is ${what}`, () => assert.ok(isShown(printed, shown)))

const differs: [string, string, string][] = [
  ['another text', 'b\n', 'a\n'],
  ['a line more', 'a\nb\n', 'a\n'],
  ['a line less', 'a\n', 'a\nb\n'],
  ['something where nothing is', 'a\n', ''],
  ['text that only matches as a pattern', 'axb\n', 'a.b\n'],
  ['two lines where one is open', 'a 1\n2 b\n', 'a … b\n'],
  ['another space', 'a  b\n', 'a b\n'],
]
for (const [what, printed, shown] of differs)
  test(`${what} is not what is shown`, () => assert.ok(!isShown(printed, shown)))

for (const { name } of models)
  test(`docs/by-hand/${name}.md ends by removing its containers and volumes`, () => {
    const steps = readTour(readFileSync(join(BY_HAND, `${name}.md`), 'utf8'))
    assert.equal(steps.at(-1)?.commands, 'docker-compose down -v\n')
  })
