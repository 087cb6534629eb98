// `lab dead-letters`: inspect, edit and redrive the dead letters of a model.
import type { Command } from 'commander'
import type { DeadLetter, BrokerInspector } from '#engine/experiment/model.ts'
import { connectTo, type Where } from '../../session/dead-letters.ts'
import { draw } from '../../report/terminal/table.ts'
import { unknownName, UsageError } from '../usage.ts'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

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
  add('redrive <id>', 'publish one again, unchanged or edited', 'redrive inventory-0a646a364760 --edit body.json')
    .option('--edit [file]', 'use the body in this file, or edit it in $EDITOR')
    .action((id: string, { edit, ...where }: Where & { edit?: string | true }) =>
      using(where, async broker => {
        const letter = await find(broker, id)
        const body = edit === undefined ? undefined : editedBody(letter.body, edit)
        await broker.redrive(id, body)
        console.log(`${id} was redriven${body === undefined ? '' : ', edited'}.`)
      }),
    )
}

async function using(where: Where, work: (broker: BrokerInspector) => Promise<void>): Promise<void> {
  const broker = await connectTo(where)
  try {
    await work(broker)
  } finally {
    await broker.close()
  }
}

/** @throws UsageError when there is none with that id */
async function find(broker: BrokerInspector, id: string): Promise<DeadLetter> {
  const letters = await broker.deadLetters()
  const found = letters.find(letter => letter.id === id)
  if (found) return found
  if (letters.length === 0) throw new UsageError(`There is no dead letter "${id}": the model has none.`)
  throw unknownName(
    'dead letter',
    id,
    letters.map(letter => letter.id),
  )
}

function listed(letters: readonly DeadLetter[]): string {
  if (letters.length === 0) return 'There are no dead letters.'
  const rows = letters.map(({ id, source, reason, attempts, orderId }) => [
    id,
    source,
    reason,
    orderId ?? '',
    String(attempts),
  ])
  return draw(['id', 'from', 'reason', 'order', 'attempts'], rows, [0, 1, 2, 3])
}

const shown = ({ id, source, reason, detail, attempts, orderId, body }: DeadLetter): string =>
  [
    `id        ${id}`,
    `from      ${source}`,
    `reason    ${reason}: ${detail}`,
    `attempts  ${attempts}`,
    `order     ${orderId ?? 'unknown'}`,
    `body      ${body}`,
  ].join('\n')

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
