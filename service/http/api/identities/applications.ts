import { userLimits } from '../../../base/limits/users.ts';
import { done } from '../../../base/results.ts';
import {
  described,
  flag,
  list,
  named,
  nullable,
  object,
  oneOf,
  serviceText,
  text,
  time,
} from '../../../base/shapes.ts';
import {
  changeFactors,
  createApplication,
  disableApplication,
  enableApplication,
  factorsKnown,
  listApplications,
  rotateApplicationKey,
} from '../../../subjects/users/application-changes.ts';
import { next, pageFields, pageOf } from '../kit/pages.ts';
import { idParams } from '../kit/params.ts';
import { type ApiRoute, route } from '../kit/route.ts';

/** A key that only the response that created it contains. */
export const shownOnce = described(serviceText, 'Shown once; only its hash is kept.');

const factors = oneOf(...factorsKnown);
const application = named(
  object({
    id: serviceText,
    name: serviceText,
    factors,
    disabledMs: nullable(time),
    internal: flag,
    createdMs: time,
  }),
  'Application',
);
const withKey = object({ application, value: shownOnce });

export const applicationRoutes: readonly ApiRoute[] = [
  route({
    name: 'applications.list',
    summary: 'List applications.',
    method: 'GET',
    path: '/v1/applications',
    permission: 'read',
    query: object({}, pageFields),
    answer: object({ applications: list(application), next }),
    refusals: [],
    handle: async ({ management, query }) => {
      const { page, ...rest } = pageOf(await listApplications(management.db), ({ name }) => name, query);
      return done({ applications: page, ...rest });
    },
  }),
  route({
    name: 'applications.create',
    summary: 'Create an application. Its API key is shown once.',
    method: 'POST',
    path: '/v1/applications',
    permission: 'application.change',
    body: object({ name: text(userLimits.clientNameMax, { minLength: 1 }), factors }),
    example: { name: 'VPN', factors: 'password_otp' },
    answer: withKey,
    status: 201,
    refusals: ['bad_name', 'bad_factors', 'application_taken', 'too_many_applications'],
    handle: ({ management, actor, body }) => createApplication(management, actor, body),
  }),
  route({
    name: 'applications.change',
    summary: 'Change the factors that an application requires.',
    method: 'PATCH',
    path: '/v1/applications/:id',
    permission: 'application.change',
    params: idParams,
    body: object({ factors }),
    example: { factors: 'pin_otp' },
    answer: application,
    refusals: ['bad_factors', 'unknown_application', 'application_internal'],
    handle: ({ management, actor, params, body }) => changeFactors(management, actor, { ...params, ...body }),
  }),
  route({
    name: 'applications.rotate-key',
    summary: 'Replace the API key of an application. The new key is shown once; the old key stops working.',
    method: 'POST',
    path: '/v1/applications/:id/rotate-key',
    permission: 'application.change',
    params: idParams,
    answer: withKey,
    refusals: ['unknown_application', 'application_internal'],
    handle: ({ management, actor, params }) => rotateApplicationKey(management, actor, params.id),
  }),
  route({
    name: 'applications.disable',
    summary: 'Disable an application: its requests are refused.',
    ...onApplication('disable'),
    handle: ({ management, actor, params }) => disableApplication(management, actor, params.id),
  }),
  route({
    name: 'applications.enable',
    summary: 'Enable an application again.',
    ...onApplication('enable'),
    handle: ({ management, actor, params }) => enableApplication(management, actor, params.id),
  }),
];

function onApplication(verb: string) {
  return {
    method: 'POST',
    path: `/v1/applications/:id/${verb}`,
    permission: 'application.change',
    params: idParams,
    answer: application,
    refusals: ['unknown_application', 'application_internal'],
  } as const;
}
