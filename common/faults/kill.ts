// Kill: an order of one user ends the process that handles it, as a crash in native code would.
import { Type } from 'typebox'
import { defineFault, fieldOf } from './fault.ts'

export const kill = defineFault({
  name: 'kill',
  about: 'an order of this user ends the process that handles it (SIGKILL)',
  schema: Type.Object({ userId: Type.String({ minLength: 1 }) }, { additionalProperties: false }),
  variable: 'KILL_ON_USER',
  fromText: text => ({ userId: text }),
  wrap: (next, it) => (input, context) => {
    const setting = it.setting()
    if (setting && fieldOf(input, 'userId') === setting.userId) process.kill(process.pid, 'SIGKILL')
    return next(input, context)
  },
})
