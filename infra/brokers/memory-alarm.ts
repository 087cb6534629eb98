/**
 * RabbitMQ's memory alarm, raised and cleared as its own memory monitor does it, whatever memory there is: it then takes nothing from
 * connections that publish. Its settings stay as they are, and a new start has no alarm.
 */
const MEMORY = '{resource_limit, memory, node()}'

/** Arguments of `rabbitmqctl`. */
export const memoryAlarm = (isOn: boolean): string[] => [
  'eval',
  isOn ? `rabbit_alarm:set_alarm({${MEMORY}, []}).` : `rabbit_alarm:clear_alarm(${MEMORY}).`,
]
