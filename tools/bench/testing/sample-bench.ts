// The figures of a bench, for tests.
import type { BenchFile, RowResult } from '../bench-file.ts'

const rowOf = (row: string): RowResult => ({
  row,
  figures: [
    {
      name: 'orders completed',
      unit: '/s',
      goal: { atLeast: 0.6 },
      lab: [700, 600, 800],
      reference: [1_000, 1_000, 1_000],
    },
    { name: 'p50', unit: 'ms', goal: { atMost: 2 }, lab: [2, 3, 4], reference: [3, 3, 3] },
  ],
  cores: { 'main thread of some_service': [0.7, 0.9, 0.8], 'a broker': [] },
  othersCores: 0.125,
  idle: { lab: [0.01, 0.02, 0.03], reference: [0.1, 0.2, 0.3] },
})

/** A full bench of rows with these names. */
export const sampleBench = (names: readonly string[]): BenchFile => ({
  startedAt: '2025-06-01T12:00:00.000Z',
  machine: { system: 'linux 6.1 x64', cpu: 'A processor', cores: 2, memoryGb: 8, node: 'v24.0.0' },
  version: '0.1.0 (abcdef0)',
  waiting: '0.1',
  quick: false,
  rows: names.map(rowOf),
})
