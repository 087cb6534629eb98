// The client library. It compiles a schema for each of its methods when it is loaded, and checks options by them only
// where `strict` is set, which nobody here does; lazy-schemas.ts, evaluated first, leaves that out of every start.
import './lazy-schemas.ts'

export * from '@platformatic/kafka'
