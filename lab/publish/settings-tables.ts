// The tables of settings and faults in the README of each model, from the same constants that its services read.
import type { ServiceFaults } from '#common/faults/fault-injector.ts'
import { markdown } from '../report/terminal/table.ts'
import { faultsOf, SETTINGS, type ServiceSettings } from '../session/service-settings.ts'

/** The parts of a model's README by the name of their markers; none for a model without services. */
export function settingsParts(model: string): Record<string, string> {
  const services = SETTINGS[model]
  return services ? { settings: settingsTable(services), faults: faultsTable(services) } : {}
}

/** A row for each variable; services that read it in the same way share the row. */
export function settingsTable(services: readonly ServiceSettings[]): string {
  const given = services.flatMap(service =>
    Object.entries(service.settings).map(([variable, setting]) => ({ ...setting, variable, service: nameOf(service) })),
  )
  const rows = [...Map.groupBy(given, ({ variable, about }) => `${variable} ${about}`).values()]
  // What all services have comes first.
  rows.sort((one, other) => Number(other.length === services.length) - Number(one.length === services.length))
  return markdown(
    ['service', 'variable', 'default', 'meaning'],
    rows.map(readers => {
      const [{ variable, about } = { variable: '', about: '' }] = readers
      const names = readers.length === services.length ? 'all' : readers.map(({ service }) => service).join(', ')
      return [names, code(variable), defaultOf(readers), about]
    }),
    false,
  )
}

type Reader = { service: string; fallback: string | undefined }

function defaultOf(readers: readonly Reader[]): string {
  const generic = new Set(readers.map(({ service, fallback }) => fallback?.replace(service, '<service>')))
  const [only] = generic
  if (generic.size === 1) return only ? code(only) : 'empty'
  return readers.map(({ service, fallback = '' }) => `${code(fallback)} ${service}`).join(', ')
}

/** A row for each fault, with the variable of each service that has it. */
export function faultsTable(services: readonly ServiceSettings[]): string {
  const each = services.map(service => faultsOf(service, 'on'))
  const given = each.flatMap(({ role, faults }) =>
    faults.map(fault => ({ ...fault, full: `${role}_${fault.variable}` })),
  )
  const faults = [...Map.groupBy(given, ({ name }) => name)].map(([name, all]) => [
    name,
    all.map(({ full }) => code(full)).join(', '),
    all[0]?.about ?? '',
  ])
  const crashes = services.map(
    (service, index) => `${code(`${each[index]?.role}_CRASH_AT`)}: ${crashPointsOf(service)}`,
  )
  const crash = ['crash', crashes.join('<br>'), 'the process ends (SIGKILL) at one of these points']
  return markdown(['fault', 'variable', 'what it does'], [...faults, crash], false)
}

function crashPointsOf(service: ServiceSettings): string {
  const names = ({ crashPoints }: ServiceFaults) => crashPoints.map(code).join(', ')
  const [on, off] = [faultsOf(service, 'on'), faultsOf(service, 'off')].map(names)
  return on === off ? `${on}` : `${on} with the outbox; ${off} without it`
}

const nameOf = ({ NAME }: ServiceSettings): string => NAME.slice(NAME.indexOf('/') + 1)

const code = (text: string): string => `\`${text}\``
