import { KIND_HOTP, KIND_TOTP } from '@passfob/protocol/account';
import { SHA1 } from '@passfob/protocol/primitives';
import { memoryStore } from '@passfob/simulator';
import { makeRandomness } from '@passfob/simulator/base/randomness';
import { pairingCode, type Request } from 'passfob/client';
import { ascii, codeOnScreen, Owner } from '../../conformance/owner.ts';
import { SimulatorDriver } from '../../conformance/simulator-driver.ts';
import { secret } from '../../kit/secrets.ts';

const START_UTC = 1_800_000_000;
const MESSAGE_MS = 6_000;

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
export async function births(): Promise<readonly Birth[]> {
  return [await birth(1, undefined, false), await birth(2, PIN, false), await birth(3, PIN, true)];
}

async function birth(seed: number, pin: string | undefined, wipes: boolean): Promise<Birth> {
  const chance = makeRandomness(seed, 'birth');
  const random = (length: number) => secret(chance.bytes(length));
  const storage = memoryStore();
  const driver = new SimulatorDriver({ seed, storage, birth: random(32) });
  const owner = Object.assign(new Owner(driver, { random }), { key: random(32) });
  await pair(owner, random);
  await owner.setClock(START_UTC);
  const { utc } = await owner.client.call('clock', {});
  const aheadMs = utc * 1_000 - Math.floor(driver.fob.now() / 1_000) * 1_000;
  const accounts = [
    { id: Uint8Array.of(200, 1, 2, 3), key: random(20), label: 'counted', kind: KIND_HOTP, period: 0 },
    { id: Uint8Array.of(100, 4, 5, 6), key: random(20), label: 'timed', kind: KIND_TOTP, period: 30 },
  ];
  for (const account of accounts) await owner.client.call('put', enrolment(account));
  if (pin !== undefined) await choosePin(owner, pin, wipes);
  await driver.advance(MESSAGE_MS);
  await driver.close();
  const image = Uint8Array.from(storage.load() ?? []);
  return { image, pairingKey: owner.key, pin, wipes, aheadMs, accounts };
}

function enrolment({ id, key, label, kind, period }: BornAccount): Request<'put'> {
  const issuer = ascii(ISSUER);
  return {
    id,
    kind,
    algorithm: SHA1,
    digits: 6,
    period,
    counter: 0,
    issuer,
    label: ascii(label),
    secret: key,
  };
}

async function pair(owner: Owner, random: (length: number) => Uint8Array): Promise<void> {
  const { client, driver, key: pairingKey } = owner;
  await client.hello();
  await client.startPairing();
  await client.openSession(pairingCode(await codeOnScreen(driver)));
  await client.call('adopt', { deviceSecret: random(32), pairingKey, entropy: random(32) });
  await owner.open();
}

async function choosePin(owner: Owner, pin: string, wipes: boolean): Promise<void> {
  const wipe = wipes ? 1 : 0;
  const rest = { lockSeconds: 0, asks: 0, typing: 0 };
  await owner.client.call('setPolicy', { pinDigits: pin.length, attempts: ATTEMPTS, wipe, ...rest });
  await owner.driver.advance(MESSAGE_MS);
  if ((await owner.driver.screen()).length === 0) await owner.driver.press();
  await owner.enter(pin);
  await owner.enter(pin);
}
