// What can be set in each service of this model. The tables of its README are rendered from these.
import * as inventory from '../inventory_service/settings.ts'
import * as notification from '../notification_service/settings.ts'
import * as order from '../order_service/settings.ts'

export const settings = [order, inventory, notification]
