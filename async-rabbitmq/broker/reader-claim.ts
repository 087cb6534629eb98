// Who reads a queue. What was read cannot be read again, so a queue belongs to one store: another one does not know what was
// decided, and would sell the same stock again. The register of a queue is a queue without messages:
//
//   its arguments name the store; declared with another name it is refused (406), and it outlives services and broker
//   its one exclusive consumer is the process that reads; a second one is refused (403) until the channel of the first is gone
//
// Guarantees: of all processes at most one reads a queue, and only with the store that read it first, until a person deletes
// the register. Not promised: that a copy of the store is noticed which reads once the other has ended or lost its connection.
import type { Channel } from 'rabbitmq-client'
import { explain, LabError } from '#common/contracts/errors.ts'
import type { ConsumerQueue } from '../messaging/topology.ts'

/** An argument that is compared when a queue is declared again, and may be any text. Nothing of a register is ever dead-lettered. */
const STORE = 'x-dead-letter-routing-key'

/** `refused`: only a person can change it. `in-use`: it may end by itself. */
export type ReaderClaim = { kind: 'claimed' } | { kind: 'refused' | 'in-use'; why: string }

/**
 * Claims a queue for as long as the channel lives; the channel is gone when the answer is no.
 * @throws LabError `unavailable` when the broker does not say who reads
 */
export async function claimQueue(
  channel: Channel,
  { queue, register }: Pick<ConsumerQueue, 'queue' | 'register'>,
  storeId: string,
): Promise<ReaderClaim> {
  const args = { 'x-queue-type': 'classic' as const, 'x-dead-letter-exchange': '', [STORE]: storeId }
  try {
    await channel.queueDeclare({ queue: register, durable: true, arguments: args })
    await channel.basicConsume({ queue: register, exclusive: true, noAck: true }, () => {})
    return { kind: 'claimed' }
  } catch (error) {
    const text = explain(error)
    if (text.includes(STORE)) return { kind: 'refused', why: belongsToAnother(queue, register, text) }
    if (text.includes('exclusive use')) return { kind: 'in-use', why: isInUse(queue) }
    throw new LabError('unavailable', `the broker does not say who reads ${queue}: ${text}`, { cause: error })
  }
}

function belongsToAnother(queue: string, register: string, refusal: string): string {
  const owner = /current is '([\w-]+)'/.exec(refusal)?.[1]
  return (
    `${queue} is read by another store${owner === undefined ? '' : ` (${owner})`}: start this service with the DATA_DIR of that store; ` +
    `if that is lost for good, stop the other instance and delete the queue ${register} (rabbitmqctl delete_queue), and this store takes over, ` +
    'not knowing what the other has decided'
  )
}

const isInUse = (queue: string): string =>
  `${queue} is read by another process with this store or a copy of it: this one stands by until the broker notices the end of ` +
  'that; a copy of a store must not be used'
