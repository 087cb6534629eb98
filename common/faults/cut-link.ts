// A network that drops what this service sends to its broker and to the services that it calls, and what they send it. Guarantees:
// nothing passes while it is cut, in no direction and on no connection; and what waited passes once it is mended, in its sequence, as
// TCP would send it again, unless one of both sides has given the connection up. Other than on a network a connection is made while it is
// cut, and the other side's kernel is told that bytes arrived: heartbeats, sessions and deadlines notice, and nothing below them.
// Requests to this service pass: the fault has to be ended by one. It wraps no handler.
import { subscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { closedObject } from '../contracts/parse.ts'
import { defineFault } from './faults.ts'

export const cutLink = defineFault({
  name: 'cutLink',
  about: 'nothing passes between it and what it is connected to: its broker, or the services that it calls (`on`)',
  schema: closedObject({}),
  variable: 'CUT_LINK',
  fromText: () => ({}),
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

/** What a stream of Node calls to write and to read, and what reads for it. */
type Inner = {
  _write: (...args: unknown[]) => void
  _writev: (...args: unknown[]) => void
  _read: (size: number) => void
  _handle: { reading: boolean; readStop(): void } | null
}

function linkOf(socket: Socket): Link {
  const inner = socket as unknown as Inner
  /** A stream writes nothing more before the write that it began has ended. */
  let held: (() => void) | undefined
  const hold =
    (name: '_write' | '_writev') =>
    (...args: unknown[]) => {
      held = () => inner[name](...args)
    }
  return {
    socket,
    cut() {
      Object.assign(inner, { _write: hold('_write'), _writev: hold('_writev'), _read() {} })
      const handle = inner._handle
      if (!handle?.reading) return
      handle.reading = false
      handle.readStop()
    },
    mend() {
      // Below are those of the class again.
      for (const name of ['_write', '_writev', '_read'] as const) Reflect.deleteProperty(inner, name)
      const write = held
      held = undefined
      if (socket.destroyed) return
      write?.()
      inner._read(0)
    },
  }
}
