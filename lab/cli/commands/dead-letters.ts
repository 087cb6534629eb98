// `lab dead-letters`: inspect, edit and redrive the dead letters of a model.
import type { Command } from 'commander'
import { type ErrorCode, LabError } from '#common/contracts/errors.ts'
import type { BrokerInspector, DeadLetter, Model } from '#engine/experiment/model.ts'
import type { Fates } from '#engine/experiment/redrive.ts'
import { draw, printable } from '../../report/terminal/table.ts'
import { models } from '../../session/registry.ts'
import { findUp, type UpRecord, usualUrl } from '../../session/up.ts'
import { findNamed, unknownName, UsageError, wholeNumber } from '../usage.ts'
import { dryRunText, FATE_TEXTS, fatesOfReason, redriveByReason } from './redrive-by-reason.ts'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const UNREADABLE: readonly ErrorCode[] = ['malformed', 'too-large', 'unknown-event']

export function addDeadLettersCommand(program: Command): void {
  const group = program
    .command('dead-letters')
    .description('inspect, edit and redrive dead letters of a model that is up, or on a broker given by address')
    .addHelpText('after', '\nExample: npm run lab -- dead-letters list --model async-rabbitmq')
  const add = (text: string, description: string, example: string) =>
    group
      .command(text)
      .description(description)
      .option('--model <model>', 'async-rabbitmq or streaming-kafka (default: the one that is up)')
      .option('--broker <address>', 'amqp://user:password@host:port/vhost, or host:port of a Kafka')
      .option('--prefix <prefix>', 'prefix of the names of queues or topics, with --broker')
      .addHelpText('after', `\nExample: npm run lab -- dead-letters ${example}`)

  add('list', 'list all', 'list').action((where: Where) =>
    using(where, async broker => console.log(listed(await broker.deadLetters()))),
  )
  add('show <id>', 'show one with its body', 'show inventory-0a646a364760 --model streaming-kafka').action(
    (id: string, where: Where) => using(where, async broker => console.log(shown(await find(broker, id)))),
  )
  add(
    'redrive [id]',
    'publish one again, unchanged or edited, or all of a reason',
    'redrive --reason retries-exhausted',
  )
    .option('--edit [file]', 'use the body in this file, or edit it in $EDITOR')
    .option('--reason <text>', 'redrive all that have exactly this reason and did not come back after a redrive')
    .option('--rate <number>', `with --reason: at most so many a second (default: ${RATE})`, wholeNumber(1, MOST))
    .option('--limit <number>', 'with --reason: at most so many, the oldest first', wholeNumber(1, MOST))
    .option('--dry-run', 'with --reason: print what would be redriven, and change nothing')
    .action((id: string | undefined, options: Where & RedriveOptions) => using(options, redriveWork(id, options)))
}

const RATE = 50
const MOST = 1_000_000

type RedriveOptions = { edit?: string | true; reason?: string; rate?: number; limit?: number; dryRun?: true }

/** @throws UsageError when the options do not go together */
function redriveWork(id: string | undefined, options: RedriveOptions): (broker: BrokerInspector) => Promise<void> {
  const { edit, reason, rate = RATE, limit = Infinity, dryRun } = options
  if (reason === undefined) {
    const bulk = [options.rate && '--rate', options.limit && '--limit', dryRun && '--dry-run'].find(Boolean)
    if (bulk) throw new UsageError(`${bulk} goes with --reason: without it one dead letter is redriven, by its id.`)
    if (id === undefined) throw new UsageError('Name a dead letter by its id, or give --reason; list shows both.')
    return broker => redriveOne(broker, id, edit)
  }
  if (id !== undefined) throw new UsageError(`--reason redrives all of a reason: give it or the id "${id}", not both.`)
  if (edit !== undefined) throw new UsageError('--edit is for one dead letter: name it by its id, without --reason.')
  return async broker => {
    const request = { reason, rate, limit }
    const letters = await broker.deadLetters()
    const fates = fatesOfReason(letters, request)
    if (!dryRun) return redriveByReason(broker, fates, request)
    console.log(`${listed(letters, fates)}\n${dryRunText(fates, request)}`)
  }
}

async function redriveOne(broker: BrokerInspector, id: string, edit: string | true | undefined): Promise<void> {
  const letter = await find(broker, id)
  if (letter.isWithoutContent)
    throw new UsageError(`Nothing of "${id}" is kept, so only its producer can send it again; nothing was sent.`)
  const body = edit === undefined ? undefined : editedBody(letter.body, edit)
  await redrive(broker, id, body)
  console.log(`${id} was redriven${body === undefined ? '' : ', edited'}.`)
}

/** The options that say which model is meant. */
type Where = { model?: string; broker?: string; prefix?: string }

/** @throws UsageError when no model is meant, or none is up; Error when its broker does not answer */
async function using(where: Where, work: (broker: BrokerInspector) => Promise<void>): Promise<void> {
  const model = modelOf(where)
  const broker = await model.connect({ url: usualUrl(model), ...recordOf(model, where) })
  try {
    await work(broker)
  } finally {
    await broker.close()
  }
}

function modelOf({ model: name, broker }: Where): Model {
  const candidates = models.filter(({ features }) => features.includes('dead-letters'))
  const names = candidates.map(model => model.name).join(', ')
  if (name !== undefined) {
    const hasNone = models.some(model => model.name === name && !candidates.includes(model))
    if (hasNone)
      throw new UsageError(
        `${name} has no dead letters: it answers a bad request at once; models with dead letters: ${names}.`,
      )
    return findNamed('model', name, candidates)
  }
  if (broker !== undefined) {
    const kind = /^amqps?:/.test(broker) ? 'rabbitmq' : 'kafka'
    const serving = candidates.find(({ brokers }) => brokers.includes(kind))
    if (serving) return serving
  }
  const up = candidates.filter(model => findUp(model.name))
  if (up.length === 1 && up[0]) return up[0]
  const why = up.length === 0 ? 'No model with dead letters is up' : 'Several models are up'
  throw new UsageError(`${why}: give --model (${names}) with --broker, or start one with npm run lab -- up.`)
}

function recordOf(model: Model, { broker, prefix = '' }: Where): UpRecord {
  const [kind] = model.brokers
  if (broker !== undefined && kind) {
    const right = kind === 'rabbitmq' ? /^amqps?:\/\/[^/]+/.test(broker) : /^[^:/\s]+:\d+(,[^:/\s]+:\d+)*$/.test(broker)
    if (right) return { broker: { [kind]: broker }, prefix }
    throw new UsageError(`--broker "${broker}" is not an address of a ${kind} broker; see --help for an example.`)
  }
  const record = findUp(model.name)
  if (record) return record
  throw new UsageError(`${model.name} is not up: start it with npm run lab -- up ${model.name}, or give --broker.`)
}

/** @throws UsageError when there is none with that id */
async function find(broker: BrokerInspector, id: string): Promise<DeadLetter> {
  const letters = await broker.deadLetters()
  const found = letters.find(letter => letter.id === id)
  if (found) return found
  if (letters.length === 0) throw new UsageError(`There is no dead letter "${id}": the model has none.`)
  const ids = letters.map(letter => letter.id)
  throw unknownName('dead letter', id, ids)
}

/** @throws UsageError when the edited body is none that its consumer can read */
async function redrive(broker: BrokerInspector, id: string, body: string | undefined): Promise<void> {
  try {
    await broker.redrive(id, body)
  } catch (error) {
    if (body === undefined || !(error instanceof LabError) || !UNREADABLE.includes(error.code)) throw error
    throw new UsageError(`The edited body would be a dead letter again: ${error.detail}; nothing was sent.`)
  }
}

/** A column more says of each letter whether it would be redriven. */
function listed(letters: readonly DeadLetter[], fates?: Fates): string {
  if (letters.length === 0) return 'There are no dead letters.'
  const rows = letters.map(letter => {
    const { id, source, reason, attempts, redrives = 0, orderId } = letter
    const fate = fates?.get(letter)
    return [id, source, reason, orderId ?? '', String(attempts), String(redrives), ...(fate ? [FATE_TEXTS[fate]] : [])]
  })
  return draw(
    ['id', 'from', 'reason', 'order', 'attempts', 'redrives', ...(fates ? ['would be redriven'] : [])],
    rows.map(row => row.map(printable)),
    [0, 1, 2, 3, 6],
    // A file keeps each letter in its line.
    process.stdout.columns,
  )
}

const shown = ({ id, source, reason, detail, attempts, redrives = 0, ...rest }: DeadLetter): string =>
  [
    `id        ${id}`,
    `from      ${source}`,
    `reason    ${reason}: ${detail}`,
    `attempts  ${attempts}`,
    `redrives  ${redrives}`,
    `order     ${rest.orderId ?? 'unknown'}`,
    // A body may have lines of its own; it comes last, so that they pass for no other field.
    ...`body      ${rest.isWithoutContent ? 'not kept' : rest.body}`.split('\n'),
  ]
    .map(printable)
    .join('\n')

/** The new body, from a file or from the editor. @param edit the file, or true for $EDITOR. @throws UsageError when there is none */
function editedBody(body: string, edit: string | true): string {
  if (edit === true) return inEditor(body)
  try {
    return readFileSync(edit, 'utf8').trimEnd()
  } catch {
    throw new UsageError(`${edit} cannot be read; give a file with the new body, or set EDITOR and give no file.`)
  }
}

function inEditor(body: string): string {
  const editor = process.env.VISUAL || process.env.EDITOR
  if (!editor || !process.stdin.isTTY) {
    throw new UsageError('--edit without a file needs a terminal and EDITOR; set it, or give a file with the new body.')
  }
  const folder = mkdtempSync(join(tmpdir(), 'lab-edit-'))
  const file = join(folder, 'body.json')
  try {
    writeFileSync(file, body, { mode: 0o600 })
    // EDITOR may hold arguments of its own, so a shell takes it apart.
    const { status } = spawnSync('/bin/sh', ['-c', `${editor} "$1"`, 'edit', file], { stdio: 'inherit' })
    if (status !== 0) throw new UsageError(`${editor} ended with ${status ?? 'a signal'}; nothing was sent.`)
    return readFileSync(file, 'utf8').trimEnd()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
