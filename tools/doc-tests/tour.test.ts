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

const matching: [string, string, string][] = [
  ['the same text', 'a\nb\n', 'a\nb\n'],
  ['a last line without its newline', '{"a":1}', '{"a":1}\n'],
  ['no output', '', ''],
  ['any text in place of … within a line', '{"id":"0-1","n":12}\n', '{"id":"…","n":…}\n'],
  ['no text in place of … within a line', '60 202\n', '…60 202\n'],
  ['any lines in place of a line of …', 'a\nb\nc\nd\n', 'a\n…\nd\n'],
  ['no lines in place of a line of …', 'a\nd\n', '…\na\n…\nd\n…\n'],
]
for (const [what, printed, shown] of matching)
  test(`output matches what is shown: ${what}`, () => assert.ok(isShown(printed, shown)))

const differing: [string, string, string][] = [
  ['another text', 'b\n', 'a\n'],
  ['an additional line', 'a\nb\n', 'a\n'],
  ['a missing line', 'a\n', 'a\nb\n'],
  ['output where none is shown', 'a\n', ''],
  ['text that only matches as a pattern', 'axb\n', 'a.b\n'],
  ['two lines in place of … within a line', 'a 1\n2 b\n', 'a … b\n'],
  ['an additional space', 'a  b\n', 'a b\n'],
]
for (const [what, printed, shown] of differing)
  test(`output differs from what is shown: ${what}`, () => assert.ok(!isShown(printed, shown)))

for (const { name } of models)
  test(`docs/by-hand/${name}.md ends by removing its containers and volumes`, () => {
    const steps = readTour(readFileSync(join(BY_HAND, `${name}.md`), 'utf8'))
    assert.equal(steps.at(-1)?.commands, 'docker-compose down -v\n')
  })
