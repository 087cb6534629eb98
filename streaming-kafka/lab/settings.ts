// What can be set in each service of this model. The tables of its README are rendered from these.
import * as analytics from '../analytics_consumer/settings.ts'
import * as inventory from '../inventory_consumer/settings.ts'
import * as notification from '../notification_consumer/settings.ts'
import * as order from '../producer_order/settings.ts'

export const settings = [order, inventory, notification, analytics]
