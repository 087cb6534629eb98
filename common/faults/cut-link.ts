// A network that drops what this service sends to its broker, to the services that it calls and to a receiver of webhooks, and what they
// send it. Guarantees: what is written or arrives while it is cut does not pass; once it is mended what waited passes, in its sequence, as
// TCP would send it again. Unlike on a network what was written before is still sent, a connection can still be made, one that this side
// gives up is closed on the other side too, and the other side's kernel takes what it is sent. So heartbeats, sessions and deadlines
// notice, and nothing below them.
// Not cut are connections with TLS, which Node does not tell of. Requests to this service pass: the fault has to be ended by one.
// It wraps no handler.
import { subscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { closedObject } from '../contracts/parse.ts'
import { defineFault, onlyOn } from './faults.ts'

export const cutLink = defineFault({
  name: 'cutLink',
  about: 'nothing passes between it and its broker, the services that it calls, and a receiver of webhooks (`on`)',
  schema: closedObject({}),
  variable: 'CUT_LINK',
  fromText: onlyOn,
  wrap: next => next,
  begin(it) {
    const links = new Set<Link>()
    // Of every connection that this process makes, before it is made.
    subscribe('net.client.socket', message => {
      const link = linkOf((message as { socket: Socket }).socket)
      links.add(link)
      link.socket.once('close', () => links.delete(link))
      if (it.setting()) cut(link)
    })
    const cut = (link: Link): void => {
      link.cut()
      it.injected()
    }
    it.onSwitch(isOn => {
      for (const link of links)
        if (isOn) cut(link)
        else link.mend()
    })
  },
})

type Link = { socket: Socket; cut(): void; mend(): void }

/** Through which every write of a socket goes, and its end; by which it reads, and what reads for it. */
type Inner = {
  _writeGeneric: (...args: unknown[]) => void
  _final: (...args: unknown[]) => void
  _read: (size: number) => void
  _handle: { reading: boolean; readStop(): void } | null
}

function linkOf(socket: Socket): Link {
  const inner = socket as unknown as Inner
  let isCut = false
  /** At most one, a write or the end: a stream does nothing more before the write that it began has ended. */
  const held: (() => void)[] = []
  const hold =
    (name: '_writeGeneric' | '_final') =>
    (...args: unknown[]) =>
      held.push(() => inner[name](...args))
  return {
    socket,
    cut() {
      isCut = true
      Object.assign(inner, { _writeGeneric: hold('_writeGeneric'), _final: hold('_final'), _read() {} })
      const handle = inner._handle
      if (!handle?.reading) return
      handle.reading = false
      handle.readStop()
    },
    mend() {
      if (!isCut) return
      isCut = false
      // Below are those of the class again.
      for (const name of ['_writeGeneric', '_final', '_read'] as const) Reflect.deleteProperty(inner, name)
      const waiting = held.splice(0)
      if (socket.destroyed) return
      for (const pass of waiting) pass()
      inner._read(0)
    },
  }
}
