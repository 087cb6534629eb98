// `lab live` from its command line: what is switched happens to real services, and what was judged can be judged and run again.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { waitFor } from '#host/wait-for.ts'
import { variables } from '#infra/brokers/provide.ts'
import { testBroker } from '#infra/testing/test-broker.ts'
import { parseSummary } from '../session/run-folder.ts'
import { leftovers, runCli, testFolder } from '../testing/cli.ts'
import { openLive, startLive } from '../testing/live-lab.ts'
import type { DeadLetters } from './page/protocol.ts'

test('what is broken by hand is put right, judged, and repeated by its script with the same verdict', async t => {
  const { folder, lab, perform, untilInventory } = await openLive(t)
  await lab.until('orders to be notified', ({ counters }) => counters.notified > 20)
  assert.equal((await perform({ action: 'kill', target: 'inventory' })).status, 200)
  await untilInventory('down')
  await lab.until('orders to fail', ({ seconds }) => seconds.some(({ answers }) => answers.error > 0))
  const wrong = await perform({ action: 'kill', target: 'moon' })
  assert.deepEqual([wrong.status, Object.keys(wrong.body as object)], [400, ['sentence']])
  await perform({ action: 'burst', orders: 30 })
  const story = await (await fetch(`${lab.address}orders/sync-rest/0`)).json()
  const events = (story as { events: { text: string }[] }).events.map(({ text }) => text)
  assert.equal(events[0], 'the client sends it')
  assert.ok(events.some(text => text.startsWith('inventory decides')))

  await lab.post('judge', { model: 'sync-rest' })
  const { judged, sentence } = await lab.until('the verdict', ({ phase }) => phase === 'judged' || phase === 'failed')
  assert.equal(judged?.verdict, 'valid', sentence)
  assert.equal((await fetch(`${lab.address}report.html`)).status, 200)
  lab.process.kill('SIGINT')
  assert.equal(await lab.ended, 0)
  assert.match(lab.stdout(), /valid sync-rest\/script\nResults: .+report\.html/)
  assert.deepEqual(leftovers(folder), [])

  const [run = ''] = readdirSync(folder.runs).filter(name => name !== 'latest')
  const summaryFile = join(folder.runs, run, 'summary.json')
  const before = parseSummary(readFileSync(summaryFile, 'utf8'), summaryFile).results
  const judging = await runCli('main', ['judge', join(folder.runs, run)])
  assert.deepEqual([judging.code, judging.stderr], [0, ''])
  assert.deepEqual(parseSummary(readFileSync(summaryFile, 'utf8'), summaryFile).results, before)

  const script = join(folder.runs, run, 'sync-rest/script/script.json')
  const environment = { LAB_CACHE_DIR: folder.cache }
  const again = await runCli('main', ['run', 'sync-rest', '--script', script, '--out', folder.runs], environment)
  assert.equal(again.code, 0, again.stdout)
  // So few orders may sell nothing out, and then `oversold` is vacuous.
  assert.match(again.stdout, /✔ valid: 1[67] of 17 checks/)
})

test('a lane of a queue and one of a log are broken and judged side by side, on brokers that stay', async t => {
  const folder = testFolder()
  t.after(folder.remove)
  const brokers = { [variables.rabbitmq]: testBroker('rabbitmq'), [variables.kafka]: testBroker('kafka') }
  const names = ['async-rabbitmq', 'streaming-kafka']
  const lab = await startLive(folder, [...names, '--rate', '20'], brokers)
  t.after(() => lab.process.kill('SIGKILL'))
  for (const name of names) await lab.until('orders to be notified', ({ counters }) => counters.notified > 5, name)
  const perform = async (action: object) => {
    const { status, body } = await lab.post('perform', { models: names, action })
    assert.equal(status, 200, JSON.stringify(body))
  }
  await perform({ action: 'poison' })
  for (const name of names) await lab.until('the dead letter', ({ counters }) => counters.deadLetters === 1, name)
  const lettersOf = async (name: string) =>
    (await (await fetch(`${lab.address}dead-letters/${name}`)).json()) as DeadLetters
  const [{ reason } = assert.fail('no reason')] = (await lettersOf('async-rabbitmq')).reasons
  await perform({ action: 'redrive', reason, rate: 50, limit: 10 })
  for (const name of names) {
    const isParked = async () => (await lettersOf(name)).reasons.some(({ parked }) => parked === 1)
    await waitFor(isParked, { deadlineMs: 30_000, what: `the dead letter of ${name} to come back` })
  }
  await perform({ action: 'start-duplicator' })
  await perform({ action: 'kill', target: 'inventory' })
  for (const name of names) await lab.until('orders to wait', ({ counters }) => counters.undecided > 10, name)
  const refused = await lab.post('perform', { models: names, action: { action: 'kill', target: 'broker' } })
  assert.equal(refused.status, 409)
  assert.match(JSON.stringify(refused.body), /rabbitmq is not the lab's own.+kafka is not the lab's own/)
  await Promise.all(names.map(name => lab.post('judge', { model: name })))
  for (const name of names) {
    const { judged, counters } = await lab.until('the verdict', ({ phase }) => phase !== 'judging', name)
    assert.equal(judged?.verdict, 'valid', judged?.lines.join('\n'))
    assert.deepEqual([counters.undecided, counters.deadLetters], [0, 1])
  }
  lab.process.kill('SIGINT')
  assert.equal(await lab.ended, 0)
  assert.deepEqual(leftovers(folder), [])
})
