// Error: the handler fails instead of doing its work, for every order or for those of one user, always or a few times
// an order (then its work is done). The counts are in memory: a restart begins again.
import { Type } from 'typebox'
import { LabError } from '../contracts/errors.ts'
import { defineFault, fieldOf } from './fault.ts'

export const error = defineFault({
  name: 'error',
  about: 'the handler fails, always (`on`) or so many times an order (a number)',
  schema: Type.Object(
    {
      times: Type.Optional(Type.Integer({ minimum: 1 })),
      userId: Type.Optional(Type.String({ minLength: 1 })),
    },
    { additionalProperties: false },
  ),
  variable: 'ERROR',
  fromText: text => (text === 'on' ? {} : { times: Number(text) }),
  wrap(next, it) {
    const failures = new Map<string, number>()
    return (input, context) => {
      const setting = it.setting()
      const orderId = fieldOf(input, 'orderId') ?? ''
      const failed = failures.get(orderId) ?? 0
      const spared = setting?.userId !== undefined && setting.userId !== fieldOf(input, 'userId')
      if (!setting || spared || failed >= (setting.times ?? Infinity)) return next(input, context)
      failures.set(orderId, failed + 1)
      it.injected()
      return Promise.reject(new LabError('handler-failed', 'the error fault is on'))
    }
  },
})
