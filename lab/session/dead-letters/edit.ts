// The body of a dead letter as the user wants it: from a file, or as it is left in an editor.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UsageError } from '../../cli/usage.ts'

/** @param edit the file with the new body, or true for $EDITOR. @throws UsageError when there is no new body */
export function editedBody(body: string, edit: string | true): string {
  if (edit === true) return inEditor(body)
  try {
    return readFileSync(edit, 'utf8').trimEnd()
  } catch {
    throw new UsageError(`${edit} cannot be read; give the file with the new body, or leave it out and set EDITOR.`)
  }
}

function inEditor(body: string): string {
  const editor = process.env.VISUAL || process.env.EDITOR
  if (!editor || !process.stdin.isTTY) {
    throw new UsageError('--edit without a file needs a terminal and EDITOR; or give a file with the new body.')
  }
  const folder = mkdtempSync(join(tmpdir(), 'lab-edit-'))
  const file = join(folder, 'body.json')
  try {
    writeFileSync(file, body, { mode: 0o600 })
    // EDITOR may hold arguments of its own, so a shell takes it apart.
    const { status } = spawnSync('/bin/sh', ['-c', `${editor} "$1"`, 'edit', file], { stdio: 'inherit' })
    if (status !== 0) throw new UsageError(`${editor} ended with ${status ?? 'a signal'}; nothing was sent.`)
    return readFileSync(file, 'utf8').trimEnd()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
