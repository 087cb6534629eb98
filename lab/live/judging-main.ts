// The thread of judging.ts.
import { parentPort, workerData } from 'node:worker_threads'
import { scriptedExperiment } from '#engine/experiment/script.ts'
import { evaluate, resultOf } from '#engine/run/result.ts'
import type { Result } from '#engine/run/summary.ts'
import { writeReport } from '../cli/commands/past-runs.ts'
import { findNamed } from '../cli/usage.ts'
import { readHistory } from '../session/histories.ts'
import { models } from '../session/registry.ts'
import type { JudgeJob, ReportJob } from './judging.ts'

async function judge({ model, script, name, file, seconds }: JudgeJob): Promise<Result> {
  const experiment = scriptedExperiment(findNamed('model', model, models), script)
  const variants = experiment.variants({})
  const history = await readHistory(file)
  const results = variants.map(variant => evaluate(variant, history))
  return resultOf({ experiment, name, profile: 'full', variants, results, seconds, failure: undefined })
}

const job = workerData as JudgeJob | ReportJob
parentPort?.postMessage(job.kind === 'judge' ? await judge(job) : await writeReport(job.summary, job.folder))
