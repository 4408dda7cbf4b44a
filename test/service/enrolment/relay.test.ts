import { SHA1 } from '@passfob/protocol/primitives';
import { relayLimits } from '@passfob/service/base/limits/relay';
import { eventTable } from '@passfob/service/http/console/overview/tables';
import { seal } from '@passfob/service/storage/encryption-at-rest/seal';
import { listAlerts } from '@passfob/service/subjects/alerts/alerts';
import { viewFob } from '@passfob/service/subjects/care/views';
import {
  resendActivation,
  revokeActivation,
  startActivation,
} from '@passfob/service/subjects/enrolment/activations';
import { activations } from '@passfob/service/subjects/enrolment/list';
import { enterActivation } from '@passfob/service/subjects/enrolment/relay/records/enter';
import type { RelayRefusal } from '@passfob/service/subjects/enrolment/relay/records/refusal';
import { requestFob } from '@passfob/service/subjects/enrolment/requests';
import { outcomesOfActivations } from '@passfob/service/subjects/enrolment/views';
import { firstItems } from '@passfob/service/subjects/kit/read-list';
import { assignToken, revokeToken, suspendToken, unassignToken } from '@passfob/service/subjects/tokens/acts';
import { fobSecretsOf } from '@passfob/service/subjects/tokens/fobs';
import { secretOf } from '@passfob/service/subjects/tokens/tokens';
import { disableUser } from '@passfob/service/subjects/users/acts';
import { findOrAddUser } from '@passfob/service/subjects/users/users';
import { makeEngine } from '@passfob/service/subjects/validation/engine';
import { listEvents, recordEvents } from '@passfob/service/subjects/validation/events';
import { bytesOf } from 'passfob/carrier/fields';
import { hostPrimitives } from 'passfob/client/primitives';
import { expect, it, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { CoreFob } from '../../unit/host/kit/core-fob.ts';
import { adas, outcomesOf } from '../care/given.ts';
import { asOwner, fill, labelsOf } from '../kit/fob.ts';
import { rowIn } from '../kit/rows.ts';
import { codeAt, newToken } from '../kit.ts';
import { accepted, codeOf, grace, randomSecret } from '../users/kit.ts';
import { db, management, NOW_MS, office, openEachScene, refusalOf, Scene, scene, serialOf } from './kit.ts';
import { entered, kept, openOffice, started, stock } from './office.ts';

openEachScene();

const CALLER = { source: '192.0.2.9', requestId: 'relay' };

it('a relay brings a blank fob to an active token by the code on its screen', async () => {
  const fob = new CoreFob();
  const done = await scene.relay(await scene.activation(), fob);
  expect(done.serial).toBe(serialOf(fob));
  const { tokens, activations, assignments, fobs, pairings, events } = await scene.state();
  expect(tokens).toMatchObject([{ serial: done.token, state: 'active', kind: 'totp', fob_id: fobs[0]?.id }]);
  expect(activations).toMatchObject([{ state: 'used', step: 'done', token_id: tokens[0]?.id }]);
  expect(assignments).toMatchObject([{ token_id: tokens[0]?.id, to_ms: null }]);
  expect(pairings).toEqual([]);
  expect(events).toMatchObject([{ outcome: 'accepted', token_id: tokens[0]?.id }]);
});

it('after an enrolment the service lists the accounts and free places that the fob has then', async () => {
  const fob = new CoreFob();
  const done = await scene.relay(await scene.activation({ fobs: 'any' }), fob);
  const { fobs, tokens } = await scene.state();
  const key = fobs[0] && fobSecretsOf(management.keys, fobs[0])?.pairingKey;
  if (key === undefined) throw new Error('the service does not own the fob');
  const onFob = await asOwner({ fob, key }, client => client.call('info', {}));
  const shown = accepted(await viewFob(db, done.serial));
  expect(shown.fob.freeRecords).toBe(onFob.freeRecords);
  expect(shown.accounts).toHaveLength(onFob.accounts);
  expect(shown.accounts.map(({ token, isForApprovals }) => [token, isForApprovals])).toEqual([
    [tokens[0]?.serial, false],
    [null, true],
  ]);
  expect(fobs[0]?.last_relay).toBe('activation');
});

it('the console lists the passcode of an enrolment as an activation, and log-ins as log-ins', async () => {
  const done = await scene.relay(await scene.activation(), new CoreFob());
  const { user_id, token_id, application_id } = await office.row('events');
  await recordEvents(db, [
    {
      atMs: NOW_MS + 60_000,
      userId: user_id,
      tokenId: token_id,
      applicationId: application_id,
      outcome: 'accepted',
      source: CALLER.source,
      requestId: 'log-in',
    },
  ]);
  const events = await listEvents(db);
  expect(events.map(({ outcome, serial }) => [outcome, serial])).toEqual([
    ['accepted', done.token],
    ['accepted', done.token],
  ]);
  const table = eventTable(events, await outcomesOfActivations(db, events)).text;
  const badges = [...table.matchAll(/<span class="badge[^>]*>([^<]+)</g)].map(([, words]) => words);
  expect(badges).toEqual(['Accepted', 'Activation']);
  // No application asked for the enrolment's passcode.
  expect(table.match(/login/g)).toHaveLength(1);
});

it('an enrolled fob gets its push key as well, or none if it has no room', async () => {
  await scene.relay(await scene.activation(), new CoreFob());
  const keys = () => db.selectFrom('push_keys').select('proved_ms').execute();
  expect(await keys()).toEqual([{ proved_ms: NOW_MS }]);
  const full = await scene.ownFob();
  // All records but the one that the token takes.
  await fill(full, 1);
  const { token } = await scene.relay(await scene.activation({}, 'bob'), full.fob);
  const made = (await scene.state()).tokens.find(({ serial }) => serial === token);
  expect(made).toMatchObject({ state: 'active' });
  expect((await keys()).filter(({ proved_ms }) => proved_ms !== null)).toHaveLength(1);
});

it('a returning relay, and no other, is told for a while that it is done, unless the token was suspended meanwhile', async () => {
  const activation = await scene.activation();
  const done = await scene.relay(activation, new CoreFob());
  const enter = scene.log.find(text => text.includes('"enter"')) ?? '{}';
  const relay = bytesOf((JSON.parse(enter) as { relay: string }).relay) ?? new Uint8Array();
  const again = (by = relay) => enterActivation(management, CALLER, { code: activation.code, relay: by });
  const refused = { kind: 'refused', code: 'not_valid' };
  const heard = await again();
  expect(heard).toMatchObject({ kind: 'finished', finished: { token: done.token } });
  if (heard.kind === 'finished') expect(secret(heard.finished.ticket) === done.ticket).toBe(false);
  expect(await again(randomSecret(16))).toEqual(refused);
  office.nowMs += relayLimits.ticketMs;
  expect(await again()).toEqual(refused);
  office.nowMs -= 1;
  expect((await again()).kind).toBe('finished');
  accepted(await suspendToken(management, grace, { serial: done.token }));
  expect(await again()).toEqual(refused);
});

it('refusals of an invalid activation fill a limited number of audit rows an hour', async () => {
  const { code } = await scene.activation({ state: 'used' });
  const knock = () => enterActivation(management, CALLER, { code, relay: randomSecret(16) });
  const rows = async () => (await office.audit()).acts.filter(act => act === 'activation.refuse ada').length;
  for (let tries = 0; tries < relayLimits.refusalsRecorded + 3; tries++)
    expect(await knock()).toEqual({ kind: 'refused', code: 'not_valid' });
  expect(await rows()).toBe(relayLimits.refusalsRecorded);
  office.nowMs += relayLimits.refusalsRecordedMs;
  await knock();
  expect(await rows()).toBe(relayLimits.refusalsRecorded + 1);
});

it('every invalid activation is refused by the same bytes', async () => {
  const fob = new CoreFob();
  const wrong = [
    { ...(await scene.activation()), code: new Uint8Array(16).fill(7) },
    await scene.activation({ expires_ms: 1 }),
    await scene.activation({ state: 'used' }),
    await scene.activation({ state: 'revoked', reason: 'resent' }),
  ];
  const said = new Set<string>();
  for (const activation of wrong) {
    scene.log.splice(0);
    expect(await refusalOf(scene.relay(activation, fob))).toBe('not_valid');
    said.add(
      scene.log.at(-1) === JSON.stringify({ type: 'stop' })
        ? (scene.log.at(-2) ?? '')
        : (scene.log.at(-1) ?? ''),
    );
  }
  expect([...said]).toHaveLength(1);
  expect([...said][0]).toContain('not_valid');
  const items = await firstItems(db, activations, { filters: {}, nowMs: NOW_MS, limit: 9 });
  expect(items.map(({ state, refused }) => [state, refused]).sort()).toEqual([
    ['expired', { why: 'expired', atMs: NOW_MS }],
    ['open', null],
    ['revoked', { why: 'revoked: resent', atMs: NOW_MS }],
    ['used', { why: 'used', atMs: NOW_MS }],
  ]);
});

/** Right in everything but SHA-1, by which passcodes are made and nothing else. */
const miscounting = {
  ...hostPrimitives,
  hash(...[algorithm, parts]: Parameters<typeof hostPrimitives.hash>) {
    const digest = hostPrimitives.hash(algorithm, parts);
    return algorithm === SHA1 ? digest.reverse() : digest;
  },
};

it.each(['totp', 'hotp'] as const)('a fob that makes wrong passcodes gets no active %s token', async kind => {
  await using scene = await Scene.open();
  const { owned } = await scene.ownWithAccount(kind, new CoreFob(miscounting));
  const activation = await scene.activation({ fobs: 'owned' });
  expect(await refusalOf(scene.relay(activation, owned.fob))).toBe('not_proved');
  expect((await scene.state()).tokens).toMatchObject([{ state: 'reserved', last_step: -1 }]);
});

it('an account on the fob whose key is not that of its token is written again', async () => {
  const { owned, serial } = await scene.ownWithAccount();
  const id = (await scene.state()).tokens[0]?.id ?? '';
  const { box, keyId } = seal(management.keys, { table: 'tokens', id }, randomSecret(20));
  await office.set('tokens', { sealed_secret: box, key_id: keyId });
  const activation = await scene.activation({ fobs: 'owned' });
  expect(await refusalOf(scene.relay(activation, owned.fob))).toBe('none');
  expect((await scene.state()).tokens).toMatchObject([{ serial, state: 'active' }]);
});

it('a fob with an account of another user is refused, also if the token of that account names no fob', async () => {
  const { owned } = await scene.ownWithAccount();
  const { id: user_id } = await findOrAddUser(db, 'bob', NOW_MS);
  await office.set('tokens', { fob_id: null, state: 'active', user_id });
  const before = await labelsOf(owned);
  const activation = await scene.activation({ fobs: 'owned' });
  expect(await refusalOf(scene.relay(activation, owned.fob))).toBe('somebody');
  expect(await labelsOf(owned)).toEqual(before);
});

const meanwhile = {
  'the activation expired': async ({ office }: Scene) => {
    office.nowMs += 1_000;
  },
  'the account was disabled': async ({ office }: Scene) => {
    accepted(await disableUser(office.management, grace, { user: 'ada' }));
  },
  'an operator assigned the token': async (scene: Scene) => {
    const { serial = '' } = (await scene.state()).tokens[0] ?? {};
    accepted(await assignToken(scene.office.management, grace, { serial, user: 'ada' }));
  },
};
it.each(Object.entries(meanwhile))('a press after %s gives no active token', async (_, happens) => {
  const activation = await scene.activation({ expires_ms: NOW_MS + 1_000 });
  const press = async (fob: CoreFob) => {
    await happens(scene);
    fob.approve();
  };
  expect(await refusalOf(scene.relay(activation, new CoreFob(), { press }))).toBe('not_valid');
  expect((await scene.state()).tokens).not.toContainEqual(expect.objectContaining({ state: 'active' }));
});

it('the earlier connection of a relay that has come back changes nothing any more', async () => {
  const activation = await scene.activation();
  const relay = randomSecret(16);
  const entered = async () => {
    const caller = { source: '192.0.2.9', requestId: 'relay' };
    const entry = await enterActivation(scene.means.management, caller, { code: activation.code, relay });
    if (entry.kind !== 'claimed') throw new Error(entry.kind);
    return entry.claim;
  };
  const [earlier, later] = [await entered(), await entered()];
  const heard = earlier.holding(async () => 'it goes on').catch(({ code }: RelayRefusal) => code);
  expect(await heard).toBe('not_valid');
  await earlier.release();
  expect(await later.holding(async (_, { step }) => step)).toBe('connected');
});

const HOUR_MS = 3_600_000;

test.each(['totp', 'hotp'] as const)(
  'the first passcode of an enrolment by %s, typed afterwards, is superseded and raises no replay alert',
  async kind => {
    await using scene = await Scene.open();
    const { owned } = await scene.ownWithAccount(kind);
    const done = await scene.relay(await scene.activation({ fobs: 'owned' }), owned.fob);
    const [token] = (await scene.state()).tokens;
    expect(token).toMatchObject({ serial: done.token, state: 'active', kind, fob_id: owned.id });
    const seed = token && secretOf(scene.office.management.keys, token);
    if (token === undefined || seed === undefined) throw new Error('no token');
    const passcode = secret(codeAt(newToken({ secret: seed }), token.last_step));
    const { decide } = makeEngine(scene.office.management);
    const { applicationId } = scene.means;
    const typed = { user: 'ada', passcode, applicationId, source: '192.0.2.1', requestId: 'typed' };
    expect(await decide(typed)).toBe('superseded');
    // The passcode stays on the screen for any time.
    scene.office.nowMs += HOUR_MS;
    expect(await decide({ ...typed, requestId: 'later' })).toBe('superseded');
    expect(await listAlerts(scene.db)).toEqual([]);
    expect((await scene.office.row('users')).failures).toBe(2);
  },
);

async function tokenIdOf({ db }: Scene, serial: string): Promise<string> {
  const { id } = await rowIn(db, 'tokens', { serial });
  return id;
}

async function stateOf({ db }: Scene, serial: string): Promise<string> {
  const { state } = await rowIn(db, 'tokens', { serial });
  return state;
}

it('a replaced token works until the new one is active, is revoked in that moment, and its fob gets a task', async () => {
  const { owned, serial, passcodes } = await adas(scene);
  const replaces_token_id = await tokenIdOf(scene, serial);
  const fob = new CoreFob();
  const activation = await scene.activation({ replaces_token_id }, 'ada');
  // The person declines the first passcode: the new token is not active.
  expect(await refusalOf(scene.relay(activation, fob, { press: pressed => pressed.deny() }))).toBe(
    'no_press',
  );
  expect(await stateOf(scene, serial)).toBe('assigned');
  expect(await outcomesOf(scene, passcodes.slice(1, 2))).toEqual(['accepted', 'unknown_user']);
  const { token } = await scene.relay(activation, fob);
  expect([await stateOf(scene, token), await stateOf(scene, serial)]).toEqual(['active', 'revoked']);
  expect((await outcomesOf(scene, passcodes.slice(2))).includes('accepted')).toBe(false);
  expect(await office.rows('fob_tasks')).toMatchObject([
    { fob_id: owned.id, kind: 'remove-account', cause: 'revoked', state: 'waiting' },
  ]);
  const { acts } = await office.audit();
  expect(acts.filter(act => /^(token\.revoke|activation\.finish) /.test(act))).toHaveLength(2);
  // The old fob is reached, by whichever relay: its account goes.
  const next = await scene.activation({}, 'bob');
  await scene.relay(next, owned.fob);
  expect(await labelsOf(owned)).not.toContain('ada');
});

it('a replacement on the same fob leaves only the new account on it', async () => {
  const { owned, serial } = await adas(scene);
  const replaces_token_id = await tokenIdOf(scene, serial);
  const before = await labelsOf(owned);
  await scene.relay(await scene.activation({ replaces_token_id }, 'ada'), owned.fob);
  expect(await stateOf(scene, serial)).toBe('revoked');
  expect(before).toHaveLength(1);
  expect(await labelsOf(owned)).toEqual(['ada', 'push']);
});

it('a token that was revoked, or given to another user, meanwhile is left as it is', async () => {
  for (const isGiven of [false, true]) {
    await using scene = await Scene.open();
    const { serial } = await adas(scene);
    const { management } = scene.office;
    const replaces_token_id = await tokenIdOf(scene, serial);
    const activation = await scene.activation({ replaces_token_id }, 'ada');
    if (isGiven) {
      await scene.office.users('bob');
      accepted(await unassignToken(management, grace, { serial }));
      accepted(await assignToken(management, grace, { serial, user: 'bob' }));
    } else accepted(await revokeToken(management, grace, { serial, reason: 'lost' }));
    await scene.relay(activation, new CoreFob());
    const { state, revoked_reason } = await scene.office.row('tokens', { serial });
    expect([state, revoked_reason]).toEqual(isGiven ? ['assigned', null] : ['revoked', 'lost']);
  }
});

it('an activation names a token of its user to replace, and its replacement and revocation keep the token', async () => {
  await using office = await openOffice();
  const { management } = office;
  await stock(office, 'OLD-1');
  accepted(await assignToken(management, grace, { serial: 'OLD-1', user: 'ada' }));
  const start = (user: string, replaces: string) =>
    startActivation(management, grace, { user, replaces, delivery: 'shown' });
  expect(codeOf(await start('bob', 'OLD-1'))).toBe('not_replaceable');
  expect(codeOf(await start('ada', 'NONE'))).toBe('not_replaceable');
  const made = await started(office, { user: 'ada', replaces: 'OLD-1', delivery: 'shown' });
  expect(made.activation).toMatchObject({ replaces: 'OLD-1', state: 'open' });
  const { id } = made.activation;
  const again = kept(accepted(await resendActivation(management, grace, { id, delivery: 'shown' })));
  expect(again.activation).toMatchObject({ replaces: 'OLD-1', state: 'open' });
  expect(await entered(office, again.string)).toBe(again.activation.id);
  accepted(await revokeActivation(management, grace, { id: again.activation.id }));
  const token = await office.store.db.selectFrom('tokens').select(['serial', 'state']).execute();
  expect(token).toEqual([{ serial: 'OLD-1', state: 'assigned' }]);
  expect((await office.audit()).text).toContain('OLD-1');
});

it('a token that another user had gets a new seed when an activation names it', async () => {
  await using office = await openOffice();
  const { management, store } = office;
  await stock(office, 'USED-1');
  const seed = async () => {
    const row = await store.db.selectFrom('tokens').selectAll().executeTakeFirstOrThrow();
    return Buffer.from(secretOf(management.keys, row) ?? []).toString('hex');
  };
  const fresh = await seed();
  const first = await started(office, { user: 'bob', serial: 'USED-1' });
  expect(await seed()).toBe(fresh);
  accepted(await revokeActivation(management, grace, { id: first.activation.id }));
  accepted(await assignToken(management, grace, { serial: 'USED-1', user: 'bob' }));
  accepted(await unassignToken(management, grace, { serial: 'USED-1' }));
  await started(office, { user: 'ada', serial: 'USED-1', delivery: 'shown' });
  expect(await seed()).not.toBe(fresh);
  expect(await seed()).toHaveLength(fresh.length);
});

it('a wish for another fob is one alert until an activation is started, and issues nothing', async () => {
  await using office = await openOffice();
  const { management, store } = office;
  await stock(office, 'OLD-1');
  accepted(await assignToken(management, grace, { serial: 'OLD-1', user: 'ada' }));
  const hilda = { ...grace, name: 'hilda', role: 'helpdesk' } as const;
  expect(codeOf(await requestFob(management, hilda, { user: 'nobody' }))).toBe('unknown_user');
  expect(codeOf(await requestFob(management, hilda, { user: 'bob', replaces: 'OLD-1' }))).toBe(
    'not_replaceable',
  );
  const asked = { user: 'ada', replaces: 'OLD-1' };
  for (let n = 0; n < 3; n++) expect(accepted(await requestFob(management, hilda, asked))).toEqual(asked);
  expect(await listAlerts(store.db)).toMatchObject([
    { kind: 'fob_wanted', user: 'ada', serial: 'OLD-1', count: 1, acknowledgedMs: null },
  ]);
  expect(await store.db.selectFrom('activations').selectAll().execute()).toEqual([]);
  await started(office, { ...asked, delivery: 'shown' });
  expect(await listAlerts(store.db)).toMatchObject([
    { kind: 'fob_wanted', count: 1, acknowledgedBy: 'grace' },
  ]);
  const { acts } = await office.audit();
  expect(acts.filter(act => act === 'activation.ask ada')).toHaveLength(1);
});
