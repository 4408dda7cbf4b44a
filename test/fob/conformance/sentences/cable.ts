import { COMMANDS } from '@passfob/protocol/commands';
import { REFUSALS } from '@passfob/protocol/refusals';
import { connect, pairingKey } from 'passfob/client';
import { expect, it } from 'vitest';
import { type Driver, someOf } from '../driver.ts';
import { random } from '../owner.ts';
import { askClear } from '../raw.ts';
import { refused } from '../refused.ts';

/** A fob of which only the cable can be used: nobody reads its screen or presses its button. */
export interface CableStage {
  readonly driver: Pick<Driver, 'transport' | 'everyNth'>;
}

/** Requests of the loss test, and the longest body that a frame holds beside its own bytes. */
const REQUESTS = Array.from({ length: 200 }, (_, sent) => sent);
const BODY_MAX = 200;
/** A code that no command has. */
const UNUSED_CODE = 0xee;
/** Noise that a receiver has to skip, with characters that Espruino cannot decode. */
const NOISE = ['~==\n', '~=\n', '~ ==\n', '~A===\n', '~====\n', '~AAAA    \n', '~~~\n', '\x03\x11\x13>'];

/**
 * The behaviour of every fob, owned or blank, that a cable alone can prove. It changes nothing on the fob but a number of
 * its session counter.
 */
export function cable(stage: CableStage): void {
  const { code: unknownCommand } = REFUSALS['unknown-command'];
  const { code: noSession } = REFUSALS['no-session'];

  it('a fob says the same hello twice: serial, board, firmware, state and algorithms', async () => {
    const first = await connect(stage.driver.transport).hello();
    expect(first.serial).toMatch(/^PF-[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    expect(first.board).toMatch(/^[a-z0-9-]+$/);
    expect(first.firmware).toMatch(/^\d+\.\d+\.\d+/);
    expect(await connect(stage.driver.transport).hello()).toEqual(first);
  });

  it('a fob answers after any noise on the cable', async () => {
    for (const noise of NOISE) await stage.driver.transport.send(noise);
    await stage.driver.transport.send('x'.repeat(50));
    expect((await askClear(stage.driver, COMMANDS.hello[0]))[0]).toBe(COMMANDS.hello[0]);
  });

  it('a fob loses none of 200 requests of random length', async () => {
    let lost = 0;
    for (const _ of someOf(stage.driver, REQUESTS)) {
      const body = random((random(1)[0] ?? 0) % BODY_MAX);
      const answer = await askClear(stage.driver, UNUSED_CODE, ...body).catch(() => undefined);
      if (answer?.[1] !== unknownCommand) lost++;
    }
    expect(lost).toBe(0);
  });

  it('a fob refuses in the clear each command that needs a session, and each unknown code', async () => {
    const known = Object.values(COMMANDS);
    const sealed = known.filter(command => command[2] === 1).map(([code]): number => code);
    const isClear = (code: number) => known.some(command => command[2] === 0 && command[0] === code);
    const codes = Array.from({ length: 256 }, (_, code) => code).filter(code => !isClear(code));
    expect(codes.length - sealed.length).toBeGreaterThan(220);
    for (const code of someOf(stage.driver, codes)) {
      const refusal = sealed.includes(code) ? noSession : unknownCommand;
      expect(await askClear(stage.driver, code)).toEqual([code, refusal]);
    }
  });

  it('a fob refuses a request that ends before its command', async () =>
    expect(await askClear(stage.driver)).toEqual([0, unknownCommand]));

  it('a fob opens no session for a stranger', async () => {
    const stranger = connect(stage.driver.transport);
    const { state } = await stranger.hello();
    const refusal = state === 'owned' ? 'not-authentic' : 'not-paired';
    await refused(stranger.openSession(pairingKey(random(32))), refusal);
    if (state === 'owned') await refused(stranger.startPairing(), 'already-owned');
  });
}
