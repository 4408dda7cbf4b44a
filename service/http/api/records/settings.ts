import { done } from '../../../base/results.ts';
import { readKeptDays } from '../../../storage/kept-days.ts';
import { keptDaysShape } from '../../../subjects/alerts/kept-days.ts';
import { readSettings, settingsShape } from '../../../subjects/users/settings.ts';
import { route } from '../kit/route.ts';

export const settingsRead = route({
  name: 'settings.get',
  summary: 'Show the settings of the service.',
  method: 'GET',
  path: '/v1/settings',
  permission: 'read',
  answer: settingsShape,
  refusals: [],
  handle: async ({ management }) => done(await readSettings(management.db)),
});

export const keptDaysRead = route({
  name: 'settings.get-kept',
  summary: 'Show how many days log-ins, mail and audit are kept.',
  method: 'GET',
  path: '/v1/settings/kept',
  permission: 'read',
  answer: keptDaysShape,
  refusals: [],
  handle: async ({ management: { db, clock } }) => done(await readKeptDays(db, clock())),
});
