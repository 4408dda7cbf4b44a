import { limits } from '../../limits.ts';
import { done } from '../../management.ts';
import { listFobs } from '../../tokens/fobs.ts';
import { next, pageFields } from '../pages.ts';
import { route } from '../route.ts';
import { list, named, nullable, number, object, time, whole, words } from '../shapes.ts';

const fob = named(
  object({
    serial: words,
    board: words,
    firmware: words,
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
    query: object({}, { ...pageFields, clockBeforeMs: whole(0, limits.counterMax) }),
    answer: object({ fobs: list(fob), next }),
    refusals: [],
    handle: async ({ management, query: { limit, ...query } }) =>
      done(await listFobs(management.db, { ...query, ...(limit !== undefined && { rows: limit }) })),
  }),
];
