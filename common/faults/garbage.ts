// Garbage: the work is done, and the answer breaks the contract. Only for a shell that sends bytes unchanged.
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
    return new TextEncoder().encode('<html>this is not the contract')
  },
})
