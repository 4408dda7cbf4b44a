import { done } from '../../../base/results.ts';
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
