// Compiles a schema when a value is first checked by it, no longer when it is declared: that is half of the time which the client
// library takes to load. Where npm gives the library an ajv of its own, its schemas are compiled as before.
import { Ajv2020, type Schema } from 'ajv/dist/2020.js'

const compileNow = Ajv2020.prototype.compile

Ajv2020.prototype.compile = function compileLater(this: Ajv2020, schema: Schema, meta?: boolean) {
  let compiled: ReturnType<typeof compileNow> | undefined
  const check = (value: unknown) => {
    if (!compiled) {
      // Whether a schema is one itself is the library's to know: to check it ajv first compiles the schema of schemas.
      this.opts.validateSchema = false
      compiled = compileNow.call(this, schema, meta)
    }
    return compiled(value)
  }
  const errors = { get: () => compiled?.errors ?? null }
  return Object.defineProperty(check, 'errors', errors) as ReturnType<typeof compileNow>
} as typeof compileNow
