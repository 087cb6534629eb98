// Problem documents, the body of every HTTP answer that is not a success (RFC 9457).
import { Type, type Static } from 'typebox'
import { ERRORS, type LabError } from './errors.ts'

export const PROBLEM_TYPE = 'application/problem+json'

export const Problem = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  code: Type.String(),
  detail: Type.String(),
  orderId: Type.Optional(Type.String()),
})
export type Problem = Static<typeof Problem>

/** The document of an error. `type` is the code itself as a URN, since the lab has no address of its own. */
export function problem(error: LabError): Problem {
  const { status, title } = ERRORS[error.code]
  const { code, detail, orderId } = error
  return { type: `urn:problem:${code}`, title, status, code, detail, ...(orderId && { orderId }) }
}
