// The environment of notification_service. The table in the README is rendered from it.
import { commonSettings } from '#common/service/service.ts'

export const NAME = 'sync-rest/notification_service'

export const settings = commonSettings(NAME, 8002)
