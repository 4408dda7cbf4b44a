import { listAlerts } from '@passfob/service/features/alerts/alerts';
import { secretOf } from '@passfob/service/features/tokens/tokens';
import { makeEngine } from '@passfob/service/features/validation/engine';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { codeAt, newToken } from '../kit.ts';
import { Scene } from './kit.ts';

const HOUR_MS = 3_600_000;

test.each(['totp', 'hotp'] as const)(
  'the first passcode of an enrolment by %s, typed afterwards, is superseded and raises no replay alert',
  async kind => {
    await using scene = await Scene.open();
    const owned = await scene.ownFob();
    await scene.putAccount(owned, kind);
    await scene.relay(await scene.activation({ fobs: 'owned' }), owned.fob);
    const [token] = (await scene.state()).tokens;
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
    const { failures } = await scene.db.selectFrom('users').select('failures').executeTakeFirstOrThrow();
    expect(failures).toBe(2);
  },
);
