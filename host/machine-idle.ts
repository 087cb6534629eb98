// How much of the time this machine's processors had nothing to do.
import { readFileSync } from 'node:fs'

/**
 * Begins to watch. The function says which share of the time of all cores, 0 to 1, they were idle since; undefined where there is
 * no /proc/stat. A core that waits for the disk is idle; one that another machine has taken (`steal`) is not.
 */
export function watchIdle(read = readTicks): () => number | undefined {
  const before = read()
  return () => {
    const after = read()
    if (!before || !after || after.all <= before.all) return undefined
    return (after.idle - before.idle) / (after.all - before.all)
  }
}

/** https://man7.org/linux/man-pages/man5/proc_stat.5.html: user nice system idle iowait irq softirq steal; guests are among user. */
function readTicks(): { idle: number; all: number } | undefined {
  try {
    const [, fields = ''] = /^cpu +(.*)$/m.exec(readFileSync('/proc/stat', 'utf8')) ?? []
    const ticks = fields.split(' ').slice(0, 8).map(Number)
    const [idle = 0, waiting = 0] = ticks.slice(3)
    return { idle: idle + waiting, all: ticks.reduce((sum, some) => sum + some, 0) }
  } catch {
    return undefined
  }
}
