import { done, refused } from '@passfob/service/base/results';
import { object, serviceText } from '@passfob/service/base/shapes';
import { type ApiRoute, route } from '@passfob/service/http/api/kit/route';
import { type Act, act, did, subject } from '@passfob/service/subjects/kit/act';
import { clientName } from '@passfob/service/subjects/kit/common-fields';
import { expect, test } from 'vitest';

const gives = object({ name: serviceText });
const item = { id: '1', name: 'one' };

const about = subject({
  kind: 'application',
  key: 'id',
  home: '/things',
  missing: ['unknown_application'],
  find: async (_db, id) => (id === '1' ? done(item) : refused('unknown_application')),
});
const shared = {
  permission: 'application.change',
  subject: about,
  gives,
  routes: [],
  form: { at: '/thing', title: 'Thing', submit: 'Do', done: 'changed' },
} as const;
const taken = async () => (gives === undefined ? did(item, item, {}) : refused('application_taken'));

// What is wrong with each is in the type of what was stated: it is found by `tsc -b`, where the value is used.
test('an act whose list of refusals is not what it can return does not compile', () => {
  const exact: Act = act({ ...shared, fields: {}, refusals: { application_taken: 'form' }, run: taken });
  // @ts-expect-error application_taken is not listed
  const missing: Act = act({ ...shared, fields: {}, refusals: {}, run: taken });
  const more = { application_taken: 'form', bad_factors: 'form' } as const;
  // @ts-expect-error bad_factors is never returned
  const idle: Act = act({ ...shared, fields: {}, refusals: more, run: taken });
  const beside = { application_taken: 'address' } as const;
  // @ts-expect-error there is no field address
  const nowhere: Act = act({ ...shared, fields: { name: clientName }, refusals: beside, run: taken });
  // @ts-expect-error another value than its answer's shape
  const other: Act = act({ ...shared, fields: {}, refusals: {}, run: async () => did(1, item, {}) });
  for (const one of [exact, missing, idle, nowhere, other])
    expect(one.row.permission).toBe('application.change');
});

test('a route whose list of refusals is not what it can return does not compile', () => {
  const common = { name: 'x', summary: 'X.', method: 'POST', path: '/v1/x', answer: gives } as const;
  const handle = async () => (common.name === 'x' ? refused('bad_name') : done(item));
  const permission = 'application.change';
  const exact: ApiRoute = route({ ...common, permission, refusals: ['bad_name'], handle });
  // @ts-expect-error bad_name is not listed
  const missing: ApiRoute = route({ ...common, permission, refusals: [], handle });
  // @ts-expect-error bad_role is never returned
  const idle: ApiRoute = route({ ...common, permission, refusals: ['bad_name', 'bad_role'], handle });
  for (const one of [exact, missing, idle]) expect(one.path).toBe('/v1/x');
});

test('a subject whose list is not what its look-up can return does not compile', () => {
  const find = async () => (item.id === '' ? done(item) : refused('unknown_application'));
  // @ts-expect-error unknown_user is never returned
  const idle: typeof about = subject({ ...about, missing: ['unknown_application', 'unknown_user'], find });
  expect(idle.key).toBe('id');
});
