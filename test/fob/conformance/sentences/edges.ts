import { Writer } from '@passfob/protocol/bytes';
import { COMMANDS } from '@passfob/protocol/commands';
import { encodeClear, FRAME_REQUEST } from '@passfob/protocol/frame';
import { REFUSALS, type RefusalName } from '@passfob/protocol/refusals';
import { pairingCode } from 'passfob/client';
import { hostPrimitives } from 'passfob/client/primitives';
import { expect, it } from 'vitest';
import { ascii, codeOnScreen, random } from '../owner.ts';
import { askClear, exchange } from '../raw.ts';
import { refused } from '../refused.ts';
import type { Stage } from '../stage.ts';
import { RFC4226_KEY } from '../vectors.ts';

const OPEN = COMMANDS.open[0];
const FINISH = COMMANDS.finish[0];

const refusalOf = (command: number, name: RefusalName) => [command, REFUSALS[name].code];
const open = (stage: Stage, key: number) => askClear(stage.driver, OPEN, key, ...random(16));
const finish = (stage: Stage) => askClear(stage.driver, FINISH, ...random(32));

/** The rules of the protocol page for a blank fob's handshake. */
export function edgesOfBlank(stage: Stage): void {
  it('a fob refuses a handshake by an unknown key, by a code it does not show, and by an unknown kind of key', async () => {
    expect(await open(stage, 0)).toEqual(refusalOf(OPEN, 'not-paired'));
    expect(await open(stage, 1)).toEqual(refusalOf(OPEN, 'no-code-shown'));
    expect(await open(stage, 2)).toEqual(refusalOf(OPEN, 'out-of-range'));
    expect(await finish(stage)).toEqual(refusalOf(FINISH, 'no-session'));
  });

  it('a fob takes a right code again and again, until it has an owner', async () => {
    await stage.owner.client.hello();
    await stage.owner.client.startPairing();
    const code = pairingCode(await codeOnScreen(stage.driver));
    for (let times = 0; times < 3; times++) await stage.owner.client.openSession(code);
    await refused(stage.owner.client.call('info', {}), 'not-paired');
  });
}

/** The rules for the answers of an owned fob. */
export function edges(stage: Stage): void {
  it('an owned fob refuses a handshake by code, and the end of a handshake that was not begun', async () => {
    await stage.driver.reboot();
    expect(await open(stage, 1)).toEqual(refusalOf(OPEN, 'already-owned'));
    expect(await finish(stage)).toEqual(refusalOf(FINISH, 'no-session'));
    await stage.owner.open();
  });

  it('a fob takes a clear frame without sequence and command for sequence and command 0', async () => {
    const frame = encodeClear(hostPrimitives, new Writer(9).byte(FRAME_REQUEST));
    expect([...(await exchange(stage.driver, frame))]).toEqual([2, 0, 0, REFUSALS['unknown-command'].code]);
  });

  it('a fob makes a HOTP passcode by "code" alone, and an OCRA passcode by "respond" alone', async () => {
    const { client } = stage.owner;
    const hotp = await stage.owner.put({ secret: RFC4226_KEY });
    const question = { question: ascii('11111111'), number: 255, service: ascii('a'), user: ascii('b') };
    await refused(client.call('respond', { id: hotp, ...question }), 'unsupported');
    await client.call('remove', { id: hotp });
    const id = await stage.owner.putOcra();
    await refused(client.call('code', { id }), 'unsupported');
    await client.call('remove', { id });
  });

  it('a fob keeps the counter of an account that is enrolled again after its use', async () => {
    const { client } = stage.owner;
    const account = { secret: RFC4226_KEY, id: Uint8Array.of(133, ...random(3)) };
    const id = await stage.owner.put(account);
    await stage.owner.toList();
    await stage.owner.pressed();
    const again = await stage.owner.put({ ...account, id }).then(
      () => 'taken as the same',
      (error: { refusal?: string }) => error.refusal,
    );
    expect(['taken as the same', 'account-exists']).toContain(again);
    expect((await client.call('list', { index: 0 })).counter).toBe(1);
    await client.call('remove', { id });
  });
}
