import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, pairingCode, pairingKey } from '../../host/client/index.ts';
import { hostPrimitives } from '../../host/client/primitives.ts';
import type { Transport } from '../../host/transports/transport.ts';
import { accountProof } from '../../protocol/account.ts';
import { pairingCodeOf } from '../../protocol/pairing.ts';
import { REFUSED_WRONG_PROOF } from '../../protocol/refusals.ts';
import { secret } from '../kit/secrets.ts';
import type { Driver } from './driver.ts';
import { ascii, codeOnScreen, Owner, random, statusOf } from './owner.ts';
import { refused } from './refused.ts';
import { RFC4226, RFC4226_KEY, RFC6238 } from './vectors.ts';

/** A cable that remembers what went over it. */
function recorded(transport: Transport): { transport: Transport; sent: string[]; received: string[] } {
  const sent: string[] = [];
  const received: string[] = [];
  transport.onText(text => received.push(text));
  return {
    transport: {
      ...transport,
      send(text) {
        sent.push(text);
        return transport.send(text);
      },
    },
    sent,
    received,
  };
}

/** What every fob does, whatever it is made of: one set of sentences for simulator, interpreter and board. */
export function conformance(make: () => Promise<Driver> | Driver): void {
  describe('a blank fob', () => {
    let driver: Driver;
    beforeAll(async () => {
      driver = await make();
    });
    afterAll(async () => {
      expect(driver.complaints()).toBe('');
      await driver.close();
    });

    it('says hello and that it has no owner', async () => {
      const hello = await connect(driver.transport).hello();
      expect(hello.state).toBe('blank');
      expect(hello.serial).toMatch(/^PF-[0-9A-Z]{4}-[0-9A-Z]{4}$/);
      expect((await driver.screen()).join(' ')).toContain('passfob pair');
    });

    it('answers after any noise, and after what Espruino cannot decode', async () => {
      const client = connect(driver.transport);
      for (const noise of [
        '~==\n',
        '~=\n',
        '~ ==\n',
        '~A===\n',
        '~====\n',
        '~AAAA    \n',
        '~~~\n',
        '\x03\x11\x13>',
      ]) {
        await driver.transport.send(noise);
      }
      await driver.transport.send(`${'x'.repeat(1500)}~${'A'.repeat(700)}`);
      expect((await client.hello()).state).toBe('blank');
    });

    it('takes one guess of the pairing code', async () => {
      const client = connect(driver.transport);
      await client.hello();
      await client.startPairing();
      const right = await codeOnScreen(driver);
      // An owner with a wrong code sees that the fob's proof is not for it, and says nothing more.
      await refused(client.openSession(pairingCode(pairingCodeOf(random(10)))), 'wrong-code');
      expect(await statusOf(driver, 'open', { key: 1, nonce: random(16) })).toBe(0);
      expect(await statusOf(driver, 'finish', { proof: random(32) })).toBe(REFUSED_WRONG_PROOF);
      await refused(client.openSession(pairingCode(right)), 'no-code-shown');
    });

    it('refuses the owner it does not have', async () => {
      const client = connect(driver.transport);
      await client.hello();
      await refused(client.openSession(pairingKey(random(32))), 'not-paired');
    });
  });

  describe('an owned fob', () => {
    let driver: Driver;
    let owner: Owner;
    beforeAll(async () => {
      driver = await make();
      owner = new Owner(driver);
      await owner.pair();
    });
    afterAll(async () => {
      expect(driver.complaints()).toBe('');
      await driver.close();
    });

    it('shows no other owner anything', async () => {
      const stranger = connect(driver.transport);
      expect((await stranger.hello()).state).toBe('owned');
      await refused(stranger.openSession(pairingKey(random(32))), 'not-authentic');
      await refused(stranger.startPairing(), 'already-owned');
      await refused(stranger.call('list', { index: 0 }), 'no-session');
    });

    it('says that its clock is not set, and makes HOTP all the same', async () => {
      const totp = await owner.put({ kind: 2, period: 30, secret: secret(random(20)) });
      await owner.toList();
      expect(await owner.pressed()).toBe('');
      await refused(owner.client.call('code', { id: totp }), 'clock-unset');
      await owner.client.call('remove', { id: totp });
      const hotp = await owner.put({ secret: RFC4226_KEY });
      await owner.toList();
      expect(await owner.pressed()).toBe(RFC4226[0]);
      await owner.client.call('remove', { id: hotp });
    });

    it('makes the ten passcodes of RFC 4226, and none twice over a power cut', async () => {
      const id = await owner.put({ secret: RFC4226_KEY });
      await owner.toList();
      for (const [counter, code] of RFC4226.entries()) {
        expect(await owner.pressed()).toBe(code);
        if (counter === 4) {
          await driver.reboot();
          await owner.open();
        }
      }
      expect((await owner.client.call('list', { index: 0 })).counter).toBe(10);
      await owner.client.call('remove', { id });
    });

    it('makes the passcodes of RFC 6238', async () => {
      for (const { algorithm, key, codes } of RFC6238) {
        if (!driver.algorithms.includes(algorithm)) {
          await refused(owner.put({ kind: 2, algorithm, period: 30, secret: key }), 'unsupported');
          continue;
        }
        const id = await owner.put({
          kind: 2,
          algorithm,
          digits: 8,
          period: 30,
          secret: key,
          issuer: ascii(''),
          label: ascii('rfc'),
        });
        for (const { utc, code } of codes) {
          if (utc < driver.utcMin || utc > driver.utcMax) continue;
          await owner.setClock(utc);
          // A press puts the message of the approval away: one of these seconds has its step's last second.
          await owner.toListByPress();
          expect(`${utc} ${await owner.pressed()}`).toBe(`${utc} ${code}`);
        }
        await owner.client.call('remove', { id });
      }
    });

    it('refuses a time that its clock cannot hold', async () => {
      if (driver.utcMax === Number.MAX_SAFE_INTEGER) return;
      await refused(owner.setClock(driver.utcMax + 1), 'clock-failed');
    });

    it('sets the clock back, and forward beyond what it can drift, only after a press', async () => {
      await owner.setClock(1_800_000_000);
      const deny = { onPressNeeded: owner.deny };
      await refused(owner.client.call('setClock', { utc: 1_799_999_000 }, deny), 'press-denied');
      await refused(owner.client.call('setClock', { utc: 1_800_001_000 }, deny), 'press-denied');
      const { state, utc } = await owner.client.call('clock', {});
      expect(state).toBe(1);
      expect(utc - 1_800_000_000).toBeLessThan(60);
      // Within the budget nobody has to press.
      await owner.client.call('setClock', { utc: utc + 3 });
    });

    it('asks for a hold that was meant for it, and shows what is asked', async () => {
      const id = await owner.put({ secret: RFC4226_KEY });
      await owner.toList();
      let shown: readonly string[] = [];
      const { code } = await owner.client.call(
        'code',
        { id },
        {
          onPressNeeded: () => {
            void (async () => {
              shown = await driver.screen();
              // Too early: the keys are deaf.
              await driver.press();
              await driver.advance(800);
              await driver.press(1_200);
            })();
          },
        },
      );
      expect(Buffer.from(code).toString()).toBe(RFC4226[0]);
      expect(shown.join(' ')).toContain('Example alice');
      await owner.client.call('remove', { id });
    });

    it('proves an account by a MAC that depends on key, settings and nonce', async () => {
      const key = secret(random(20));
      const id = await owner.put({ kind: 2, period: 60, digits: 7, secret: key });
      const nonce = random(16);
      const traits = {
        kind: 2,
        algorithm: 1,
        digits: 7,
        period: 60,
        issuer: ascii('Example'),
        label: ascii('alice'),
      };
      const { mac } = await owner.client.call('prove', { id, nonce });
      expect(mac).toEqual(accountProof(hostPrimitives, key, id, traits, nonce));
      expect(mac).not.toEqual(accountProof(hostPrimitives, key, id, { ...traits, digits: 8 }, nonce));
      await owner.client.call('remove', { id });
    });

    it('takes the same enrolment twice as one, and another under its id not at all', async () => {
      const account = { kind: 2, period: 30, secret: secret(random(20)) };
      const id = await owner.put(account);
      await owner.put({ ...account, id });
      await refused(owner.put({ ...account, id, digits: 8 }), 'account-exists');
      expect((await owner.client.call('info', {})).accounts).toBe(1);
      await owner.client.call('remove', { id });
    });

    it('refuses what is out of range and changes nothing', async () => {
      const good = { kind: 2, period: 30, secret: secret(random(20)) };
      const bad: [Partial<typeof good> & Record<string, unknown>, string][] = [
        [{ digits: 5 }, 'out-of-range'],
        [{ digits: 9 }, 'out-of-range'],
        [{ period: 0 }, 'out-of-range'],
        [{ period: 301 }, 'out-of-range'],
        [{ kind: 3 }, 'out-of-range'],
        [{ secret: random(9) }, 'out-of-range'],
        [{ id: Uint8Array.of(0, 0, 0, 7) }, 'out-of-range'],
        [{ algorithm: 0 }, 'unsupported'],
        [{ algorithm: 4 }, 'unsupported'],
      ];
      for (const [change, name] of bad) await refused(owner.put({ ...good, ...change }), name);
      expect((await owner.client.call('info', {})).accounts).toBe(0);
      await refused(owner.client.call('remove', { id: Uint8Array.of(9, 9, 9, 9) }), 'no-such-account');
    });

    it('keeps accounts in their order, and forgets the clock when the time was lost', async () => {
      const ids = [];
      for (const label of ['one', 'two', 'three']) {
        ids.push(await owner.put({ kind: 2, period: 30, label: ascii(label), secret: secret(random(20)) }));
      }
      await driver.loseTime();
      await owner.open();
      const labels = [];
      for (const index of ids.keys()) {
        labels.push(Buffer.from((await owner.client.call('list', { index })).label).toString());
      }
      expect(labels).toEqual(['one', 'two', 'three']);
      expect((await owner.client.call('clock', {})).state).toBe(0);
      for (const id of ids) await owner.client.call('remove', { id });
    });

    it('answers a retry without executing it twice, and refuses a replay over reboots', async () => {
      const tape = recorded(driver.transport);
      const client = connect(tape.transport);
      await client.hello();
      await client.openSession(pairingKey(owner.key));
      await client.call('info', {});
      const before = tape.received.join('').split('\n').length;
      const request = tape.sent.at(-1) ?? '';
      await driver.transport.send(request);
      await client.call('info', {});
      expect(tape.received.join('').split('\n').length - before).toBe(2);
      // Older than the last: no answer, and nothing of it is executed.
      await driver.transport.send(request);
      await client.call('clock', {});
      await driver.reboot();
      const later = recorded(driver.transport);
      for (const frame of tape.sent) await driver.transport.send(frame);
      expect((await connect(later.transport).hello()).state).toBe('owned');
      await refused(connect(driver.transport).call('info', {}), 'no-session');
    });

    it('erases only after a press, and is blank then', async () => {
      await owner.open();
      await owner.put({ secret: secret(random(20)) });
      await refused(owner.client.call('erase', {}, { onPressNeeded: owner.deny }), 'press-denied');
      expect((await owner.client.call('info', {})).accounts).toBe(1);
      await owner.client.call('erase', {}, { onPressNeeded: owner.approve });
      expect((await owner.client.hello()).state).toBe('blank');
      await driver.reboot();
      expect((await connect(driver.transport).hello()).state).toBe('blank');
      const next = new Owner(driver);
      await next.pair();
      expect((await next.client.call('info', {})).accounts).toBe(0);
    });
  });
}
