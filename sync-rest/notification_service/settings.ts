// The environment of notification_service; the table in the README says the same.
import { commonSettings } from '#common/service/service.ts'

export const NAME = 'sync-rest/notification_service'

export const settings = commonSettings(NAME, 8002)
