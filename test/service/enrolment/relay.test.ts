import { relayLimits } from '@passfob/service/base/limits/relay';
import { eventTable } from '@passfob/service/doors/console/overview/tables';
import { viewFob } from '@passfob/service/features/care/views';
import { enterActivation } from '@passfob/service/features/enrolment/relay/records/enter';
import { listActivations, outcomesOfActivations } from '@passfob/service/features/enrolment/views';
import { fobSecretsOf } from '@passfob/service/features/tokens/fobs';
import { suspendToken } from '@passfob/service/features/tokens/moves';
import { listEvents, recordEvents } from '@passfob/service/features/validation/events';
import { bytesOf } from 'passfob/carrier/fields';
import { connect } from 'passfob/client/client';
import { pairingKey } from 'passfob/client/handshake';
import { describe, expect, it } from 'vitest';
import { CoreFob } from '../../host/kit/core-fob.ts';
import { HASTY } from '../../host/kit/owned-fob.ts';
import { secret } from '../../kit/secrets.ts';
import { asOwner } from '../care/kit.ts';
import { accepted, grace } from '../users/kit.ts';
import { NOW_MS, random, refusalOf, Scene, serialOf } from './kit.ts';

const CALLER = { source: '192.0.2.9', requestId: 'relay' };

describe('enrolments through a relay', () => {
  it('a relay brings a blank fob to an active token by the code on its screen', async () => {
    await using scene = await Scene.open();
    const fob = new CoreFob();
    const done = await scene.relay(await scene.activation(), fob);
    expect(done.serial).toBe(serialOf(fob));
    const { tokens, activations, assignments, fobs, pairings, events } = await scene.state();
    expect(tokens).toMatchObject([
      { serial: done.token, state: 'active', kind: 'totp', fob_id: fobs[0]?.id },
    ]);
    expect(activations).toMatchObject([{ state: 'used', step: 'done', token_id: tokens[0]?.id }]);
    expect(assignments).toMatchObject([{ token_id: tokens[0]?.id, to_ms: null }]);
    expect(pairings).toEqual([]);
    expect(events).toMatchObject([{ outcome: 'accepted', token_id: tokens[0]?.id }]);
  });

  it.each(['hotp', 'totp'] as const)(
    'a relay brings a fob that the service owns, with its %s account, to an active token',
    async kind => {
      await using scene = await Scene.open();
      const owned = await scene.ownFob();
      const serial = await scene.putAccount(owned, kind);
      const done = await scene.relay(await scene.activation({ fobs: 'owned' }), owned.fob);
      expect(done).toMatchObject({ serial: owned.serial, token: serial });
      expect((await scene.state()).tokens).toMatchObject([{ serial, state: 'active', kind }]);
    },
  );

  it('a relay brings a fob that the service owns, without an account, to an active token', async () => {
    await using scene = await Scene.open();
    const owned = await scene.ownFob();
    const done = await scene.relay(await scene.activation({ fobs: 'owned' }), owned.fob);
    expect(done.token).toMatch(new RegExp(`^${owned.serial}-[0-9a-f]{8}$`));
    expect((await scene.state()).tokens).toMatchObject([{ serial: done.token, state: 'active' }]);
  });
});

it('after an enrolment the service lists the accounts and free places that the fob has then', async () => {
  await using scene = await Scene.open();
  const fob = new CoreFob();
  const done = await scene.relay(await scene.activation({ fobs: 'any' }), fob);
  const { fobs, tokens } = await scene.state();
  const key = fobs[0] && fobSecretsOf(scene.office.management.keys, fobs[0])?.pairingKey;
  if (key === undefined) throw new Error('the service does not own the fob');
  const onFob = await asOwner({ fob, key }, client => client.call('info', {}));
  const shown = accepted(await viewFob(scene.db, done.serial));
  expect(shown.fob.freeRecords).toBe(onFob.freeRecords);
  expect(shown.accounts).toHaveLength(onFob.accounts);
  expect(shown.accounts.map(({ token, isPushKey }) => [token, isPushKey])).toEqual([
    [tokens[0]?.serial, false],
    [null, true],
  ]);
  expect(fobs[0]?.last_relay).toBe('activation');
});

it('the console lists the passcode of an enrolment as an activation, and log-ins as log-ins', async () => {
  await using scene = await Scene.open();
  const done = await scene.relay(await scene.activation(), new CoreFob());
  const { user_id, token_id, application_id } = await scene.db
    .selectFrom('events')
    .selectAll()
    .executeTakeFirstOrThrow();
  await recordEvents(scene.db, [
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
  const events = await listEvents(scene.db);
  expect(events.map(({ outcome, serial }) => [outcome, serial])).toEqual([
    ['accepted', done.token],
    ['accepted', done.token],
  ]);
  const table = eventTable(events, await outcomesOfActivations(scene.db, events)).text;
  const badges = [...table.matchAll(/<span class="badge[^>]*>([^<]+)</g)].map(([, words]) => words);
  expect(badges).toEqual(['Accepted', 'Activation']);
  // No application asked for the enrolment's passcode.
  expect(table.match(/login/g)).toHaveLength(1);
});

describe('push keys after an enrolment', () => {
  it('an enrolled fob gets its push key as well, or none if it has no room', async () => {
    await using scene = await Scene.open();
    await scene.relay(await scene.activation(), new CoreFob());
    const keys = () => scene.db.selectFrom('push_keys').select('proved_ms').execute();
    expect(await keys()).toEqual([{ proved_ms: NOW_MS }]);
    const full = await scene.ownFob();
    const client = connect(full.fob.plugIn().transport, HASTY);
    await client.hello();
    await client.openSession(pairingKey(full.key));
    // Fills all records but the one that the token takes.
    for (let { freeRecords } = await client.call('info', {}); freeRecords > 1; freeRecords--)
      await client.call('put', {
        id: Uint8Array.of(9, 9, 9, freeRecords),
        kind: 2,
        algorithm: 1,
        digits: 6,
        period: 30,
        counter: 0,
        issuer: new Uint8Array(0),
        label: Uint8Array.of(0x61),
        secret: random(20),
      });
    await client.close();
    const { token } = await scene.relay(await scene.activation({}, 'bob'), full.fob);
    const made = (await scene.state()).tokens.find(({ serial }) => serial === token);
    expect(made).toMatchObject({ state: 'active' });
    expect((await keys()).filter(({ proved_ms }) => proved_ms !== null)).toHaveLength(1);
  });
});

describe('relays cut off before the end of an enrolment', () => {
  it('a returning relay, and no other, is told for a while that it is done, unless the token was suspended meanwhile', async () => {
    await using scene = await Scene.open();
    const activation = await scene.activation();
    const done = await scene.relay(activation, new CoreFob());
    const enter = scene.log.find(text => text.includes('"enter"')) ?? '{}';
    const relay = bytesOf((JSON.parse(enter) as { relay: string }).relay) ?? new Uint8Array();
    const { management } = scene.office;
    const again = (by = relay) => enterActivation(management, CALLER, { code: activation.code, relay: by });
    const refused = { kind: 'refused', code: 'not_valid' };
    const heard = await again();
    expect(heard).toMatchObject({ kind: 'finished', finished: { token: done.token } });
    if (heard.kind === 'finished') expect(secret(heard.finished.ticket) === done.ticket).toBe(false);
    expect(await again(random(16))).toEqual(refused);
    scene.office.nowMs += relayLimits.ticketMs;
    expect(await again()).toEqual(refused);
    scene.office.nowMs -= 1;
    expect((await again()).kind).toBe('finished');
    accepted(await suspendToken(management, grace, { serial: done.token }));
    expect(await again()).toEqual(refused);
  });
});

describe('activations that are not valid', () => {
  it('refusals of an invalid activation fill a limited number of audit rows an hour', async () => {
    await using scene = await Scene.open();
    const { code } = await scene.activation({ state: 'used' });
    const { management } = scene.office;
    const knock = () => enterActivation(management, CALLER, { code, relay: random(16) });
    const rows = async () =>
      (await scene.office.audit()).acts.filter(act => act === 'activation.refuse ada').length;
    for (let tries = 0; tries < relayLimits.refusalsRecorded + 3; tries++)
      expect(await knock()).toEqual({ kind: 'refused', code: 'not_valid' });
    expect(await rows()).toBe(relayLimits.refusalsRecorded);
    scene.office.nowMs += relayLimits.refusalsRecordedMs;
    await knock();
    expect(await rows()).toBe(relayLimits.refusalsRecorded + 1);
  });

  it('every invalid activation is refused by the same bytes', async () => {
    await using scene = await Scene.open();
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
    const { activations } = await listActivations(scene.db, { nowMs: NOW_MS });
    expect(activations.map(({ state, refused }) => [state, refused?.why, refused?.atMs]).sort()).toEqual([
      ['expired', 'expired', NOW_MS],
      ['open', undefined, undefined],
      ['revoked', 'revoked: resent', NOW_MS],
      ['used', 'used', NOW_MS],
    ]);
  });
});
