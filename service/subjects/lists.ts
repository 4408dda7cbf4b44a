import { apiKeys } from './api-keys/acts.ts';
import { applications } from './applications/acts.ts';
import type { List } from './kit/list.ts';
import { operators } from './operators/acts.ts';
import { radiusClients } from './radius-clients/acts.ts';

/** The lists of all subjects that are stated as rows, with their acts. API and console serve them. */
export const lists: readonly List[] = [applications, radiusClients, apiKeys, operators];
