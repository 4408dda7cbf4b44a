import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { base32nopad } from '@scure/base';
import { generateSync } from 'otplib';
import { connect } from 'passfob/client/client';
import { update } from 'passfob/commands/update';
import { afterAll, describe, expect, it } from 'vitest';
import { ascii, Owner, random } from '../../../fob/conformance/owner.ts';
import { refused } from '../../../fob/conformance/refused.ts';
import { RFC4226_KEY } from '../../../fob/conformance/vectors.ts';
import { PATIENCE_MS } from '../../../kit/patience.ts';
import { secret } from '../../../kit/secrets.ts';
import { describeNeeds } from '../../../kit/tools.ts';
import { imageOfVersion } from '../../../system/flash/owner.ts';
import { passfob } from '../../host/kit/cli.ts';
import { simulatedFob } from '../../host/kit/simulated-fob.ts';
import { needsFirmware } from '../kit/built-board.ts';
import { FobLife, memoryIn } from './fob-life.ts';

// A board computes at about half the speed of a real one, and a process flashes it in real time.

/** Accounts for which a board has memory. */
const ACCOUNTS_FIT = 33;
const STEP_SECONDS = 30;
/** Some looks at a passcode before the next step, and some after it began. */
const BEFORE_EDGE_SECONDS = 6;
const NO_PIN = { pinDigits: 0, attempts: 3, wipe: 0, lockSeconds: 0, asks: 0, typing: 1 };
const NONCE = new Uint8Array(16).fill(7);
const NEXT_VERSION = '0.9.9';
/** Keypad 1 to 9 and 0 (HID Usage Tables §10). */
const DIGIT_OF = new Map(Array.from('1234567890', (digit, at) => [0x59 + at, digit]));

/** What `passfob flash` says of a new board with nothing but Espruino, whose memory is kept in `home`. */
async function flashedIn(home: string, firmware: string): Promise<Record<string, unknown>> {
  rmSync(memoryIn(home), { recursive: true, force: true });
  const board = await simulatedFob('--unflashed', '--firmware', firmware, '--storage', memoryIn(home));
  try {
    return (await passfob(['flash', '--board', 'pico', '--json', '--port', board.tcp], { home })).json();
  } finally {
    await board.close();
  }
}

describeNeeds(needsFirmware(), 'the life of a fob on the firmware of a virtual board', paths => {
  describe.each(paths.map(path => [basename(path), path] as const))('%s', (_name, path) => {
    const home = mkdtempSync(join(tmpdir(), 'passfob-life-'));
    const key = secret(random(20));
    let fob: FobLife;
    const call = () => fob.owner.client;

    afterAll(async () => {
      await fob?.close();
      rmSync(home, { recursive: true });
    });

    it('passfob flash, as a process, makes a fob of a board with nothing but Espruino', async () => {
      let flashed = await flashedIn(home, path);
      // The command waits in real time. On a busy machine the board may be too slow for it, and then a new one is tried.
      for (const until = Date.now() + 4 * PATIENCE_MS; !flashed.ok && Date.now() < until; )
        flashed = await flashedIn(home, path);
      expect(flashed).toMatchObject({ ok: true, pairing: 'new', board: 'pico', isDryRun: false });
    });

    it('the flashed fob starts with its keys, and takes accounts until its memory is full', async () => {
      fob = await FobLife.begin(new Uint8Array(readFileSync(path)), home);
      await fob.owner.open();
      await fob.owner.setClock(Math.floor(fob.driver.board.now() / 1000));
      await fob.owner.put({ kind: 2, period: STEP_SECONDS, label: ascii('steps'), secret: key });
      await fob.owner.put({ label: ascii('counted'), secret: RFC4226_KEY });
      for (let count = 2; count < ACCOUNTS_FIT; count++)
        await fob.owner.put({ label: ascii(`account ${count}`), secret: secret(random(20)) });
      await refused(fob.owner.put({ secret: secret(random(20)) }), 'full');
      expect((await call().call('info', {})).accounts).toBe(ACCOUNTS_FIT);
    });

    it('a fob shows the passcode of each step as otplib makes it, across the edge between two', async () => {
      const codeAt = (epoch: number) => generateSync({ secret: base32nopad.encode(key), epoch });
      await fob.owner.toList();
      await fob.turnTo('steps');
      const { utc } = await call().call('clock', {});
      const untilEdge = STEP_SECONDS - (utc % STEP_SECONDS);
      await fob.driver.advance(((untilEdge + STEP_SECONDS - BEFORE_EDGE_SECONDS) % STEP_SECONDS) * 1000);
      const seen = new Set<string>();
      for (let looks = 0; looks < 8; looks++) {
        const before = (await call().call('clock', {})).utc;
        await fob.turnTo('steps');
        const shown = await fob.owner.pressed();
        const after = (await call().call('clock', {})).utc;
        expect([codeAt(before), codeAt(after)]).toContain(shown);
        seen.add(shown);
      }
      expect(seen.size).toBe(2);
    });

    it('a passcode is typed by the board as a USB keyboard', async () => {
      await call().call('setPolicy', NO_PIN);
      for (const words of ['Settings', 'Type out', 'Back', 'steps']) {
        await fob.turnTo(words);
        await fob.driver.choose();
      }
      const code = secret(await fob.owner.passcodeShown());
      expect(code).toMatch(/^\d{6}$/);
      const before = fob.driver.board.keyboard.length;
      await fob.driver.advance(1_000);
      await fob.driver.choose();
      await fob.driver.advance(3_000);
      const keys = fob.driver.board.keyboard.slice(before).map(({ bytes }) => bytes[2] ?? 0);
      expect(keys.at(-1)).toBe(0);
      const digits = keys.filter(usage => usage !== 0).map(usage => DIGIT_OF.get(usage));
      expect(digits.join('')).toBe(code);
    });

    it('a setting that the person changes is kept over a power cut', async () => {
      await fob.driver.back();
      await fob.turnTo('Settings');
      await fob.driver.choose();
      await fob.turnTo('Screen off');
      const before = await fob.shown();
      await fob.driver.choose();
      const after = await fob.shown();
      expect(after).not.toBe(before);
      await fob.driver.reboot();
      await fob.driver.press();
      await fob.turnTo('Settings');
      await fob.driver.choose();
      await fob.turnTo('Screen off');
      expect(await fob.shown()).toBe(after);
      await fob.turnTo('Back');
      await fob.driver.choose();
    });

    it('passfob update gives the fob another firmware, and its accounts prove themselves after it', async () => {
      await fob.owner.open();
      // Each proof takes a board a while.
      for (let index = ACCOUNTS_FIT - 1; index > 3; index--) {
        const { id } = await call().call('list', { index });
        await call().call('remove', { id });
      }
      const before = await proofs();
      const updated = await update(fob.context, fob.port, {
        isDryRun: false,
        image: () => imageOfVersion(NEXT_VERSION),
      });
      expect(updated).toMatchObject({ firmware: NEXT_VERSION, accounts: 4 });
      const atHand = await fob.atHand();
      expect(atHand.hello.firmware).toBe(NEXT_VERSION);
      await fob.owner.open();
      expect(await proofs()).toEqual(before);
    });

    it('an erased fob is blank, and another owner pairs it by the code on its screen', async () => {
      await fob.owner.open();
      await call().call('erase', {}, { onPressNeeded: fob.owner.approve });
      expect((await connect(fob.driver.transport).hello()).state).toBe('blank');
      await fob.driver.reboot();
      const next = new Owner(fob.driver);
      await next.pair();
      expect((await next.client.call('info', {})).accounts).toBe(0);
      expect(fob.driver.board.violations).toEqual([]);
      expect(fob.driver.board.consoleText()).not.toContain('Uncaught');
    });

    /** What each account proves of itself, in the order of the list. */
    async function proofs(): Promise<string[]> {
      const told: string[] = [];
      for (let index = 0; index < (await call().call('info', {})).accounts; index++) {
        const { id } = await call().call('list', { index });
        const { mac } = await call().call('prove', { id, nonce: NONCE });
        told.push(Buffer.from(mac).toString('hex'));
      }
      return told;
    }
  });
});
