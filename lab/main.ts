// The command line. What goes wrong is one sentence and a way out, never a stack trace.
// Exit codes: 0 all valid · 1 something invalid · 2 wrong usage · 3 something unknown, vacuous or not run · 130 interrupted.
import { Command, CommanderError } from 'commander'
import { addDeadLettersCommand } from './commands/dead-letters.ts'
import { addDoctorCommand } from './commands/doctor.ts'
import { addListCommand } from './commands/list.ts'
import { addPublishCommand } from './commands/publish.ts'
import { addRunCommands } from './commands/run.ts'
import { addShowCommand } from './commands/show.ts'
import { addUpCommand } from './commands/up.ts'
import { COULD_NOT_RUN, USAGE } from './exit-code.ts'
import { UsageError } from './usage.ts'

const program = new Command('lab')
  .description('One order workflow over REST, RabbitMQ and Kafka: loaded, broken on purpose, measured, judged.')
  .exitOverride()
  // Commander puts its suggestion on a line of its own.
  .configureOutput({
    outputError: (text, write) =>
      write(
        `${text
          .trim()
          .replaceAll('\n', ' ')
          .replace(/^error: /, '')}\n`,
      ),
  })
  .addHelpText('after', '\nExample: npm run lab -- run sync-rest/baseline-latency --profile quick')

addRunCommands(program)
addListCommand(program)
addShowCommand(program)
addUpCommand(program)
addDeadLettersCommand(program)
addDoctorCommand(program)
addPublishCommand(program)

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = codeOf(error)
}

function codeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  return error instanceof UsageError ? USAGE : COULD_NOT_RUN
}
