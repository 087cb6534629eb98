// `lab dead-letters`: the messages that a model gave up, one of them whole, and on its way again.
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
    .description('messages that were given up, in a model that is up or on a broker by address')
    .addHelpText('after', '\nExample: npm run lab -- dead-letters list --model async-rabbitmq')
  const add = (text: string, description: string, example: string) =>
    group
      .command(text)
      .description(description)
      .option('--model <model>', 'async-rabbitmq or streaming-kafka; where only one is up, that one')
      .option('--broker <address>', 'amqp://user:password@host:port/vhost, or host:port of a Kafka')
      .option('--prefix <prefix>', 'what the names of the queues or topics begin with, with --broker')
      .addHelpText('after', `\nExample: npm run lab -- dead-letters ${example}`)

  add('list', 'list them', 'list').action((where: Where) =>
    using(where, async link => console.log(listed(await link.deadLetters()))),
  )
  add('show <id>', 'show one with its body', 'show inventory-0a646a364760 --model streaming-kafka').action(
    (id: string, where: Where) => using(where, async link => console.log(shown(await find(link, id)))),
  )
  add(
    'redrive <id>',
    'send one on its way again, as it is or edited',
    'redrive inventory-0a646a364760 --edit body.json',
  )
    .option('--edit [file]', 'with the body of this file, or as you leave it in $EDITOR')
    .action((id: string, { edit, ...where }: Where & { edit?: string | true }) =>
      using(where, async link => {
        const letter = await find(link, id)
        const body = edit === undefined ? undefined : editedBody(letter.body, edit)
        await link.redrive(id, body)
        console.log(`${id} is on its way again${body === undefined ? '' : ', edited'}.`)
      }),
    )
}

async function using(where: Where, work: (link: BrokerInspector) => Promise<void>): Promise<void> {
  const link = await connectTo(where)
  try {
    await work(link)
  } finally {
    await link.close()
  }
}

/** @throws UsageError when there is none with that id */
async function find(link: BrokerInspector, id: string): Promise<DeadLetter> {
  const letters = await link.deadLetters()
  const found = letters.find(letter => letter.id === id)
  if (found) return found
  if (letters.length === 0) throw new UsageError(`There is no dead letter "${id}": there are none at all.`)
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
    `order     ${orderId ?? 'none that it names'}`,
    `body      ${body}`,
  ].join('\n')

// The body of a dead letter as the user wants it: from a file, or as it is left in an editor.

/** @param edit the file with the new body, or true for $EDITOR. @throws UsageError when there is no new body */
function editedBody(body: string, edit: string | true): string {
  if (edit === true) return inEditor(body)
  try {
    return readFileSync(edit, 'utf8').trimEnd()
  } catch {
    throw new UsageError(`${edit} cannot be read; give the file with the new body, or leave it out and set EDITOR.`)
  }
}

function inEditor(body: string): string {
  const editor = process.env.VISUAL || process.env.EDITOR
  if (!editor || !process.stdin.isTTY) {
    throw new UsageError('--edit without a file needs a terminal and EDITOR; or give a file with the new body.')
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
