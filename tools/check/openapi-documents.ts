/**
 * Whether each service's `GET /openapi.json` is valid OpenAPI 3.1. Each is started alone, with an empty store, a port that
 * the system chooses and brokers that are not there, and is ended when it has answered.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Validator } from '@seriousme/openapi-schema-validator'
import { models } from '../../lab/session/registry.ts'
import type { Finding } from './tool.ts'

const DEADLINE_MS = 60_000
const NOWHERE = { RABBITMQ_URL: 'amqp://127.0.0.1:1', KAFKA_BROKERS: '127.0.0.1:1' }

export async function validOpenapiDocuments(root: string): Promise<Finding> {
  const names = models.flatMap(model => model.services.map(({ name }) => join(model.name, name)))
  const complaints: string[] = []
  for (const name of names) {
    try {
      complaints.push(...(await problemsOf(await documentOf(root, name))).map(problem => `${name}: ${problem}`))
    } catch (error) {
      complaints.push(`${name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return { passed: complaints.length === 0, output: complaints.join('\n') }
}

/** What is wrong with a document, none when it is valid and of version 3.1. */
export async function problemsOf(document: Record<string, unknown>): Promise<string[]> {
  const validator = new Validator()
  const { valid, errors } = await validator.validate(document)
  if (!valid) return [`its document is not valid OpenAPI: ${JSON.stringify(errors)}`]
  return validator.version === '3.1' ? [] : [`its document is OpenAPI ${validator.version}, not 3.1`]
}

async function documentOf(root: string, name: string): Promise<Record<string, unknown>> {
  const folder = mkdtempSync(join(tmpdir(), 'openapi-'))
  const service = spawn(process.execPath, [join(root, name, 'main.ts')], {
    cwd: root,
    env: { PATH: process.env.PATH, PORT: '0', DATA_DIR: folder, ...NOWHERE },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  service.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  try {
    const address = await new Promise<string>((resolve, reject) => {
      const late = () => reject(new Error(`it did not listen within ${DEADLINE_MS} ms`))
      const timer = setTimeout(late, DEADLINE_MS)
      service.once('close', () => reject(new Error(`it ended before it listened: ${said.trim()}`)))
      createInterface({ input: service.stdout }).on('line', line => {
        const { event, address } = JSON.parse(line) as { event?: string; address?: string }
        if (event !== 'listening' || address === undefined) return
        clearTimeout(timer)
        resolve(address)
      })
    })
    const response = await fetch(`${address}/openapi.json`, { signal: AbortSignal.timeout(DEADLINE_MS) })
    if (!response.ok) throw new Error(`GET /openapi.json answered ${response.status}`)
    return (await response.json()) as Record<string, unknown>
  } finally {
    service.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}
