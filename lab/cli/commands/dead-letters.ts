// `lab dead-letters`: the messages that a model gave up, one of them whole, and on its way again.
import type { Command } from 'commander'
import type { DeadLetter, BrokerInspector } from '#engine/experiment/model.ts'
import { connectTo, type Where } from '../../session/dead-letters/connect.ts'
import { editedBody } from '../../session/dead-letters/edit.ts'
import { draw } from '../../report/terminal/table.ts'
import { unknownName, UsageError } from '../usage.ts'

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
