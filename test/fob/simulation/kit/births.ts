import { KIND_HOTP, KIND_TOTP } from '@passfob/protocol/account';
import { type BoardName, memoryStore } from '@passfob/simulator';
import { makeRandomness } from '@passfob/simulator/base/randomness';
import { secret } from '../../../kit/secrets.ts';
import { ascii, MESSAGE_MS, Owner } from '../../conformance/owner.ts';
import { SimulatorDriver } from '../../conformance/simulator-driver.ts';

const START_UTC = 1_800_000_000;

const PIN = '7302';
export const WRONG_PIN = '9164';
/** Wrong PINs after which a fob with a PIN is erased or locked for good. */
export const ATTEMPTS = 3;

/** The traits of an account that its proof covers (`accountProof`), and the rest of it. */
export interface BornAccount {
  readonly id: Uint8Array;
  readonly key: Uint8Array;
  readonly label: string;
  readonly kind: number;
  readonly period: number;
}
export const ISSUER = 'Born';

/** A fob that is switched off, with its owner and an account of each kind. */
export interface Birth {
  readonly image: Uint8Array;
  readonly pairingKey: Uint8Array;
  readonly pin: string | undefined;
  /** Whether too many wrong PINs erase it. */
  readonly wipes: boolean;
  /** How far its clock is ahead of virtual time. */
  readonly aheadMs: number;
  readonly accounts: readonly BornAccount[];
}

/** A fob without a PIN, one with it, and one that wrong PINs erase. The same ones each time. */
export async function births(board: BoardName = 'pico'): Promise<readonly Birth[]> {
  return [
    await birth(board, 1, undefined, false),
    await birth(board, 2, PIN, false),
    await birth(board, 3, PIN, true),
  ];
}

async function birth(
  board: BoardName,
  seed: number,
  pin: string | undefined,
  wipes: boolean,
): Promise<Birth> {
  const chance = makeRandomness(seed, 'birth');
  const random = (length: number) => secret(chance.bytes(length));
  const storage = memoryStore();
  const driver = new SimulatorDriver({ seed, storage, birth: random(32) }, board);
  const owner = new Owner(driver, { random }, { key: random(32), deviceSecret: random(32) });
  await owner.pair();
  await owner.setClock(START_UTC);
  const { utc } = await owner.client.call('clock', {});
  const aheadMs = utc * 1_000 - Math.floor(driver.fob.now() / 1_000) * 1_000;
  const accounts = [
    { id: Uint8Array.of(200, 1, 2, 3), key: random(20), label: 'counted', kind: KIND_HOTP, period: 0 },
    { id: Uint8Array.of(100, 4, 5, 6), key: random(20), label: 'timed', kind: KIND_TOTP, period: 30 },
  ];
  for (const { key, label, ...account } of accounts)
    await owner.put({ ...account, secret: key, issuer: ascii(ISSUER), label: ascii(label) });
  if (pin !== undefined) await owner.choosePin(pin, { attempts: ATTEMPTS, wipe: wipes ? 1 : 0 });
  await driver.advance(MESSAGE_MS);
  await driver.close();
  const image = Uint8Array.from(storage.load() ?? []);
  return { image, pairingKey: owner.key, pin, wipes, aheadMs, accounts };
}
