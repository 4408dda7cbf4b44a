import { tokenLimits } from '../../../base/limits/tokens.ts';
import { done } from '../../../base/results.ts';
import { listFobs } from '../../../features/tokens/fobs.ts';
import { next, pageFields } from '../kit/pages.ts';
import { route } from '../kit/route.ts';
import { list, named, nullable, number, object, serviceText, time, whole } from '../kit/shapes.ts';

const fob = named(
  object({
    serial: serviceText,
    board: serviceText,
    firmware: serviceText,
    clock: nullable(object({ setMs: time, errorMs: nullable(number), driftPpm: nullable(number) })),
    createdMs: time,
  }),
  'Fob',
);

export const fobRoutes = [
  route({
    name: 'fobs.list',
    method: 'GET',
    path: '/v1/fobs',
    permission: 'read',
    query: object({}, { ...pageFields, clockBeforeMs: whole(0, tokenLimits.counterMax) }),
    answer: object({ fobs: list(fob), next }),
    refusals: [],
    handle: async ({ management, query: { limit, ...query } }) =>
      done(await listFobs(management.db, { ...query, ...(limit !== undefined && { rows: limit }) })),
  }),
];
