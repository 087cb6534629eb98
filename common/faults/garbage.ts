// Garbage: the work is done, and the answer is not what the contract says. Only where the shell sends bytes as they are.
import { Type } from 'typebox'
import { defineFault } from './fault.ts'

export const garbage = defineFault({
  name: 'garbage',
  about: 'the work is done, and the answer is not JSON (`on`)',
  schema: Type.Object({}, { additionalProperties: false }),
  variable: 'GARBAGE',
  fromText: () => ({}),
  wrap: (next, it) => async (input, context) => {
    const answer = await next(input, context)
    if (!it.setting()) return answer
    it.injected()
    return new TextEncoder().encode('<html>not what you asked for')
  },
})
