// All commands of the lab.
import type { Command } from 'commander'
import { createProgram } from './command-line.ts'
import { addCapacityCommand } from './commands/capacity.ts'
import { addCompareCommand } from './commands/compare.ts'
import { addDeadLettersCommand } from './commands/dead-letters.ts'
import { addDiffCommand, addReportCommand, addShowCommand } from './commands/past-runs.ts'
import { addDoctorCommand } from './commands/doctor.ts'
import { addJudgeCommand } from './commands/judge.ts'
import { addLiveCommand } from './commands/live.ts'
import { addListCommand } from './commands/list.ts'
import { addPublishCommand } from './commands/publish.ts'
import { addRunCommands } from './commands/run.ts'
import { addUpCommand } from './commands/up.ts'

export function labProgram(): Command {
  const program = createProgram(
    'lab',
    'One order workflow, implemented three ways (REST, RabbitMQ, Kafka): run it under load, inject failures, measure, judge.',
  ).addHelpText('after', '\nExample: npm run lab -- run sync-rest/baseline-latency --profile quick')
  addRunCommands(program)
  addCompareCommand(program)
  addCapacityCommand(program)
  addListCommand(program)
  addShowCommand(program)
  addJudgeCommand(program)
  addReportCommand(program)
  addDiffCommand(program)
  addUpCommand(program)
  addLiveCommand(program)
  addDeadLettersCommand(program)
  addDoctorCommand(program)
  addPublishCommand(program)
  return program
}
