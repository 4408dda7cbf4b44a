import { userLimits } from '../../../base/limits/users.ts';
import { validationLimits } from '../../../base/limits/validation.ts';
import { done } from '../../../base/results.ts';
import { count, named, nullable, object, serviceText, text, whole } from '../../../base/shapes.ts';
import { changeSettings, readSettings } from '../../../subjects/users/settings.ts';
import { type ApiRoute, route } from '../kit/route.ts';

const settings = named(
  object({
    lock: object({ threshold: count, periodMs: count }),
    serviceName: serviceText,
    publicAddress: nullable(serviceText),
  }),
  'Settings',
);

export const settingsRoutes: readonly ApiRoute[] = [
  route({
    name: 'settings.get',
    summary: 'Show the settings of the service.',
    method: 'GET',
    path: '/v1/settings',
    permission: 'read',
    answer: settings,
    refusals: [],
    handle: async ({ management }) => done(await readSettings(management.db)),
  }),
  route({
    name: 'settings.change',
    summary: 'Change settings. Omitted settings stay.',
    method: 'PATCH',
    path: '/v1/settings',
    permission: 'settings.change',
    body: object(
      {},
      {
        lock: object({
          threshold: whole(0, validationLimits.lockThresholdMax),
          periodMs: whole(validationLimits.lockPeriodMinMs, validationLimits.lockPeriodMaxMs),
        }),
        serviceName: text(userLimits.serviceNameMax),
        publicAddress: nullable(text(userLimits.publicAddressMax)),
      },
    ),
    example: { lock: { threshold: 5, periodMs: 600_000 }, serviceName: 'Log-ins of Example Ltd' },
    answer: settings,
    refusals: ['bad_lock_policy', 'bad_service_name', 'bad_address'],
    handle: ({ management, actor, body }) => changeSettings(management, actor, body),
  }),
];
