/**
 * Whether each service's `GET /openapi.json` is valid OpenAPI 3.1 and has the routes that the README of its model lists. Each
 * service is started alone, with an empty store, a port that the system chooses and brokers that are not there, and is ended
 * when it has answered.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { Validator } from '@seriousme/openapi-schema-validator'
import { startChild } from '#host/child.ts'
import { compiledFolder } from '#host/folders.ts'
import { waitFor } from '#host/wait-for.ts'
import { models } from '../../lab/session/registry.ts'

const DEADLINE_MS = 60_000
/** The line of its log that says where a service listens. */
const LISTENING = /"address":"(?<address>[^"]+)","event":"listening"/
const NOWHERE = { RABBITMQ_URL: 'amqp://127.0.0.1:1', KAFKA_BROKERS: '127.0.0.1:1' }

/** Sentences, each naming its service; none when all is well. */
export async function openapiComplaints(root: string): Promise<string[]> {
  const names = models.flatMap(model => model.services.map(({ name }) => join(model.name, name)))
  const complaints: string[] = []
  for (const name of names) {
    try {
      const document = await documentOf(root, name)
      const readme = readFileSync(join(root, dirname(name), 'README.md'), 'utf8')
      const problems = [...(await problemsOf(document)), ...routesUnlike(document, readme, basename(name))]
      complaints.push(...problems.map(problem => `${name}: ${problem}`))
    } catch (error) {
      complaints.push(`${name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return complaints
}

/** As far as the check looks into it. */
type OpenapiDocument = { paths?: Record<string, object>; [other: string]: unknown }

/** What is wrong with a document, none when it is valid and of version 3.1. */
export async function problemsOf(document: OpenapiDocument): Promise<string[]> {
  const validator = new Validator()
  const { valid, errors } = await validator.validate(document)
  if (!valid) return [`its document is not valid OpenAPI: ${JSON.stringify(errors)}`]
  return validator.version === '3.1' ? [] : [`its document is OpenAPI ${validator.version}, not 3.1`]
}

/** A sentence for each route that only the document or only the README's table of endpoints has. */
export function routesUnlike(document: OpenapiDocument, readme: string, service: string): string[] {
  const served = Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
    Object.keys(methods).map(method => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
  )
  const listed = readme.split('\n').flatMap(line => {
    const [, name = '', cell = ''] = line.split('|').map(part => part.trim())
    if (name !== service && name !== 'all') return []
    let method = ''
    return [...cell.matchAll(/`(?:([A-Z]+) )?(\/[\w/:.-]*)`/g)].map(([, given, path]) => {
      method = given ?? method
      return `${method} ${path}`
    })
  })
  return [
    ...served.filter(route => !listed.includes(route)).map(route => `the README does not list ${route}`),
    ...listed
      // The document does not describe itself.
      .filter(route => !served.includes(route) && route !== 'GET /openapi.json')
      .map(route => `the README lists ${route}, which it does not serve`),
  ]
}

async function documentOf(root: string, name: string): Promise<OpenapiDocument> {
  const folder = mkdtempSync(join(tmpdir(), 'openapi-'))
  const [stdoutFile, stderrFile] = [join(folder, 'log'), join(folder, 'errors')]
  const service = startChild({
    command: process.execPath,
    args: [join(root, name, 'main.ts')],
    cwd: root,
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: compiledFolder(),
      PORT: '0',
      DATA_DIR: join(folder, 'data'),
      ...NOWHERE,
    },
    stdoutFile,
    stderrFile,
  })
  try {
    const listening = () => {
      if (!service.running) throw new Error(`it ended before it listened: ${readFileSync(stderrFile, 'utf8').trim()}`)
      return LISTENING.exec(readFileSync(stdoutFile, 'utf8'))?.groups?.address
    }
    const address = await waitFor(listening, { deadlineMs: DEADLINE_MS, everyMs: 20, what: `${name} to listen` })
    const response = await fetch(`${address}/openapi.json`, { signal: AbortSignal.timeout(DEADLINE_MS) })
    if (!response.ok) throw new Error(`GET /openapi.json answered ${response.status}`)
    return (await response.json()) as OpenapiDocument
  } finally {
    service.kill()
    await service.exited
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}
