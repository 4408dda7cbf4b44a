import { ServiceError } from '@passfob/service/base/errors';
import { FairConcurrencyLimit } from '@passfob/service/base/fairness/concurrency-limit';
import { answerAccess, type Deciding } from '@passfob/service/doors/radius/decide';
import { decodePacket, type Packet } from '@passfob/service/doors/radius/packet';
import type { Reply } from '@passfob/service/doors/radius/replies';
import { type AwaitedStep, openState } from '@passfob/service/doors/radius/states';
import { makePinProof } from '@passfob/service/features/users/credentials/pin-proofs';
import { resetPin } from '@passfob/service/features/users/credentials/pins';
import { findUser } from '@passfob/service/features/users/users';
import type { KyselyPlugin, PluginTransformQueryArgs, PluginTransformResultArgs } from 'kysely';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { codeAt, stepAt } from '../kit.ts';
import { accepted, grace, Office } from '../users/kit.ts';
import { makeRequest } from './client.ts';
import { CHALLENGE } from './kit.ts';

const STATE = 24;
const SHARED = secret('shared by the gate and its service');
const BOUND = { clientId: 'gate', user: 'ada' };

/** A database that stores no more challenges after a row of a table was changed. */
class NoMoreChallenges implements KyselyPlugin {
  private readonly table: string;
  private isChanged = false;

  constructor(table: string) {
    this.table = table;
  }

  transformQuery({ node }: PluginTransformQueryArgs) {
    const names = (part: unknown, table: string) => JSON.stringify(part).includes(`"${table}"`);
    if (node.kind === 'UpdateQueryNode' && names(node.table, this.table)) this.isChanged = true;
    if (node.kind === 'InsertQueryNode' && names(node.into, 'radius_challenges') && this.isChanged)
      throw new ServiceError('busy', 'the database is in use');
    return node;
  }

  async transformResult({ result }: PluginTransformResultArgs) {
    return result;
  }
}

/** Answers a client's requests without the network; no challenge is stored once `table` was changed. */
function gate({ management }: Office, table: string) {
  const db = management.db.withPlugin(new NoMoreChallenges(table));
  const never = () => Promise.reject(new Error('not asked here'));
  const deciding: Deciding = {
    management: { ...management, db },
    clients: { find: never, forget: () => undefined },
    decide: never,
    pushes: {
      ask: never,
      take: never,
      isDecided: never,
      userOf: never,
      withdraw: never,
      end: () => undefined,
    },
    closing: new AbortController().signal,
    held: new FairConcurrencyLimit([{ most: 0 }]),
  };
  const application = {
    id: 'vpn',
    name: 'vpn',
    factors: 'otp',
    standing: { keyHash: '', factors: 'otp' },
  } as const;
  const client = { id: 'gate', name: 'gate', secret: Buffer.from(SHARED), push: 'off', application } as const;
  return (password: string, state: Uint8Array) => {
    const { bytes } = makeRequest({ secret: SHARED, user: 'ada', password, attributes: [[STATE, state]] });
    return answerAccess(deciding, { packet: decodePacket(bytes) as Packet, client, address: '192.0.2.1' });
  };
}

const stateOf = ({ attributes }: Reply) =>
  attributes.find(({ type }) => type === STATE)?.value ?? new Uint8Array(0);

async function awaiting({ management }: Office, awaited: AwaitedStep): Promise<Uint8Array> {
  return await openState(management, BOUND, awaited);
}

test('a PIN change is confirmed although no further challenge can be stored', async () => {
  await using office = await Office.open();
  await office.users('ada');
  accepted(await resetPin(office.management, grace, 'ada'));
  const ask = gate(office, 'users');
  const pin = secret('730194');
  const user = await findUser(office.store.db, 'ada');
  if (user === undefined) throw new Error('no user');
  const proof = secret(
    await makePinProof(office.management, { user, applicationId: 'vpn' }, office.management.clock()),
  );
  const same = await ask(pin, await awaiting(office, { kind: 'new_pin', proof }));
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
  const ask = gate(office, 'tokens');
  const state = await awaiting(office, { kind: 'next_code', userId, first: ahead(10) });
  const found = await ask(ahead(11), state);
  expect(found.code).toBe(CHALLENGE);
  expect((await office.audit()).acts.at(-1)).toMatch(/^token\.resync/);
});
