import { ServiceError } from '@passfob/service/base/errors';
import type { Reply } from '@passfob/service/radius/replies';
import { openState } from '@passfob/service/radius/states';
import { resetPin } from '@passfob/service/subjects/users/credentials/acts';
import { makePinProof } from '@passfob/service/subjects/users/credentials/pin-proofs';
import { findUser } from '@passfob/service/subjects/users/users';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { failing } from '../kit/failing.ts';
import { codeAt, stepAt } from '../kit.ts';
import { accepted, grace, Office } from '../users/kit.ts';
import { gate } from './gate.ts';
import { CHALLENGE } from './kit.ts';

const STATE = 24;
const BOUND = { clientId: 'gate', user: 'ada' };

/** Answers requests; no challenge is stored once `table` was changed. */
function gateWithout({ management }: Office, table: string) {
  let isChanged = false;
  const noMoreChallenges = failing(node => {
    const names = (part: unknown, name: string) => JSON.stringify(part).includes(`"${name}"`);
    if (node.kind === 'UpdateQueryNode' && names(node.table, table)) isChanged = true;
    const isChallenge = node.kind === 'InsertQueryNode' && names(node.into, 'radius_challenges');
    return isChallenge && isChanged ? new ServiceError('busy', 'the database is in use') : undefined;
  });
  const ask = gate({ management: { ...management, db: management.db.withPlugin(noMoreChallenges) } });
  return (password: string, state: Uint8Array) => ask(password, [[STATE, state]]);
}

const stateOf = ({ attributes }: Reply) =>
  attributes.find(({ type }) => type === STATE)?.value ?? new Uint8Array(0);

test('a PIN change is confirmed although no further challenge can be stored', async () => {
  await using office = await Office.open();
  await office.users('ada');
  accepted(await resetPin(office.management, grace, { user: 'ada' }));
  const ask = gateWithout(office, 'users');
  const pin = secret('730194');
  const user = await findUser(office.store.db, 'ada');
  if (user === undefined) throw new Error('no user');
  const proof = secret(
    await makePinProof(office.management, { user, applicationId: 'vpn' }, office.management.clock()),
  );
  const same = await ask(pin, await openState(office.management, BOUND, { kind: 'new_pin', proof }));
  const set = await ask(pin, stateOf(same));
  expect(set.code).toBe(CHALLENGE);
  expect((await office.audit()).acts).toContain('user.choose-pin ada');
});

test('a resynchronisation is confirmed although no further challenge can be stored', async () => {
  await using office = await Office.open();
  await office.users('ada');
  const token = await office.token('ada');
  const { id: userId } = await office.row('users');
  const ahead = (steps: number) => secret(codeAt(token, stepAt(token, office.nowMs) + steps));
  const ask = gateWithout(office, 'tokens');
  const state = await openState(office.management, BOUND, { kind: 'next_code', userId, first: ahead(10) });
  const found = await ask(ahead(11), state);
  expect(found.code).toBe(CHALLENGE);
  expect((await office.audit()).acts.at(-1)).toMatch(/^token\.resync/);
});
