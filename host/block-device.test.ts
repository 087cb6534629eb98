import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { numberOf, readDevice } from './block-device.ts'

/** Sectors written in the 7th place, flushes in the 16th. */
const stat = (sectors: number, ...rest: number[]) => `  1 2 3 4 5 6 ${sectors} 8 9 10 11 ${rest.join(' ')}\n`

/** A system with one disk of one partition; the folder is on what `device` names. */
function sampleDevices(t: TestContext, device: 'disk' | 'disk/disk1') {
  const folder = mkdtempSync(join(tmpdir(), 'device-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, 'disk/disk1'), { recursive: true })
  writeFileSync(join(folder, 'disk/stat'), stat(100, 12, 13, 14, 15, 70, 17))
  writeFileSync(join(folder, 'disk/disk1/stat'), stat(40, 12, 13, 14, 15, 0, 0))
  writeFileSync(join(folder, 'disk/disk1/partition'), '1\n')
  symlinkSync(device, join(folder, numberOf(folder)))
  return folder
}

test('a disk tells the bytes and the flushes that it has completed', t => {
  const folder = sampleDevices(t, 'disk')
  assert.deepEqual(readDevice(folder, folder), { writtenBytes: 51_200, flushes: 70 })
})

test("a partition has bytes of its own, and its disk's flushes", t => {
  const folder = sampleDevices(t, 'disk/disk1')
  assert.deepEqual(readDevice(folder, folder), { writtenBytes: 20_480, flushes: 70 })
})

test('flushes that the system does not count are null, not none', t => {
  const folder = sampleDevices(t, 'disk')
  writeFileSync(join(folder, 'disk/stat'), stat(100))
  assert.deepEqual(readDevice(folder, folder), { writtenBytes: 51_200, flushes: null })
  writeFileSync(join(folder, 'disk/stat'), stat(100, 12, 13, 14, 15, 0, 0))
  assert.deepEqual(readDevice(folder, folder), { writtenBytes: 51_200, flushes: null })
})

test('a folder that no disk stands behind has no device', t => {
  const folder = sampleDevices(t, 'disk')
  assert.equal(readDevice(folder, join(folder, 'none')), null)
  assert.equal(readDevice('/proc'), null)
})

test('the number of a device is the one that the system shows', () => {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n')
  const shown = mounts.map(line => line.split(' ')).findLast(fields => fields[4] === '/proc')
  assert.equal(numberOf('/proc'), shown?.[2])
})
