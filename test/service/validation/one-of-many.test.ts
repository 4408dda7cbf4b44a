import { makeTemporaryCode } from '@passfob/service/subjects/tokens/codes/temporary-codes';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { add, apiKeyOf, codeAt, codeNow, isOnPostgres, newToken, post } from '../kit.ts';
import { makeRequest } from '../radius/client.ts';
import { ACCEPT, RadiusRig } from '../radius/kit.ts';

const PARALLEL = 64;
const ROUNDS = isOnPostgres ? 2 : 5;
/** No lockout: this is about replay protection alone. */
const lock = { threshold: 0, periodMs: 1000 };

/** What one person can show once; each prepares the showing of a round. */
const evidence: Readonly<Record<string, (rig: RadiusRig) => Promise<(round: number) => Promise<string>>>> = {
  'TOTP passcode': async rig => {
    const token = await add(rig.service, newToken());
    return async () => codeNow(token, rig.nowMs);
  },
  'HOTP passcode': async rig => {
    const token = await add(rig.service, newToken({ kind: 'hotp' }));
    return async round => codeAt(token, round);
  },
  'temporary passcode': async rig => {
    await add(rig.service, newToken());
    return async () => secret((await rig.office.do(makeTemporaryCode, { user: 'ada' })).code);
  },
};

test.each(Object.entries(evidence))(
  'of 64 log-ins at once with one %s, over API, form and RADIUS of two nodes, exactly one is accepted',
  async (_name, prepare) => {
    await using rig = await RadiusRig.open('otp', { lock });
    const other = await rig.rig.start({ lock });
    const apiKey = apiKeyOf(rig.service);
    const doors: readonly ((passcode: string) => Promise<boolean>)[] = [
      async passcode => (await post(rig.service, apiKey, { user: 'ada', passcode })).status === 200,
      async passcode => (await post(other, apiKey, { user: 'ada', passcode })).status === 200,
      async password => {
        // A full queue drops packets, and clients send them again.
        const socket = await rig.socket();
        const sent = makeRequest({ secret: rig.secret, user: 'ada', password });
        return socket.read(await socket.insist(sent), sent).code === ACCEPT;
      },
      async passcode => {
        const body = new URLSearchParams({ user: 'ada', passcode });
        const headers = { origin: other.url };
        return (await fetch(`${other.url}/login`, { method: 'POST', body, headers })).status === 200;
      },
    ];
    const next = await prepare(rig);
    for (let round = 0; round < ROUNDS; round++) {
      rig.rig.clock.nowMs += 90_000;
      const passcode = await next(round);
      const shown = Array.from({ length: PARALLEL }, (_, nth) => doors[nth % doors.length]?.(passcode));
      expect((await Promise.all(shown)).filter(Boolean)).toHaveLength(1);
      const accepted = (await rig.office.rows('events')).filter(({ outcome }) => outcome === 'accepted');
      expect(accepted).toHaveLength(round + 1);
    }
  },
);
