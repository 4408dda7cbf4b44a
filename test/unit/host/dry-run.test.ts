import { connect } from 'passfob/client/client';
import { setClock } from 'passfob/commands/clock';
import { code } from 'passfob/commands/code';
import type { Context, FobAtHand } from 'passfob/commands/context';
import { enroll } from 'passfob/commands/enroll';
import { erase } from 'passfob/commands/erase';
import { maintain } from 'passfob/commands/maintain';
import { move } from 'passfob/commands/move';
import { pair } from 'passfob/commands/pair';
import { escrowPin, pinPolicy, requirePin, resetPin } from 'passfob/commands/pin';
import { remove } from 'passfob/commands/remove';
import { rename } from 'passfob/commands/rename';
import { verify } from 'passfob/commands/verify';
import { parseOtpauth } from 'passfob/enrol/otpauth';
import { expect, it } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { CoreFob } from './kit/core-fob.ts';
import { atHand, owned, pairedAt, type Workplace, workplace } from './kit/workplace.ts';

const URI = secret('otpauth://totp/Example:bob?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Example');
const enrolment = () => parseOtpauth(URI);
const PATIENCE = { answerTimeoutMs: 5_000, sendsMax: 1 };

/** Everything the inventory says of its fobs. */
async function rows({ context: { inventory } }: Workplace) {
  const { db } = inventory;
  return {
    pairings: await db.selectFrom('pairings').selectAll().execute(),
    accounts: await db.selectFrom('accounts').selectAll().execute(),
    history: await db.selectFrom('history').selectAll().execute(),
    nextRecoveryKeys: await db.selectFrom('next_recovery_keys').selectAll().execute(),
  };
}

async function dry(fob: CoreFob): Promise<FobAtHand> {
  const client = connect(fob.plugIn().transport, { patience: PATIENCE, isDryRun: true });
  return { address: 'cable', client, hello: await client.hello() };
}

const WORK: Readonly<Record<string, (context: Context, fob: FobAtHand) => Promise<unknown>>> = {
  'write the account': (context, fob) => enroll(context, fob, enrolment()),
  'ask for an approval and a passcode': (context, fob) => code(context, fob, 'alice'),
  'rename the account': (context, fob) => rename(context, fob, 'alice', { issuer: undefined, label: 'eve' }),
  'move the account': (context, fob) => move(context, fob, 'alice', 1),
  'remove the account': (context, fob) => remove(context, fob, 'alice', async () => undefined),
  'set its clock': (context, fob) => setClock(context, fob),
  'set its policy': (context, fob) => pinPolicy(context, fob, { attempts: 7 }),
  'ask for an approval and reset its PIN': (context, fob) => resetPin(context, fob),
  'give it the recovery key': (context, fob) => escrowPin(context, fob),
  'ask for an approval and open it for an update': (context, fob) => maintain(context, fob),
  'ask for an approval and erase it': (context, fob) => erase(context, fob),
};

it.each(Object.keys(WORK))('a dry run ends where the next step would be to %s', async step => {
  const { fob, owner: place } = await owned();
  const alice = parseOtpauth(URI.replace('bob', 'alice'));
  await enroll(place.context, await atHand(fob), alice);
  // Without a PIN there is nothing to reset.
  if (step.endsWith('reset its PIN')) await choosePin(place, fob);
  const before = await rows(place);
  const screen = fob.screen;
  expect(await WORK[step]?.(place.context, await dry(fob)).catch(error => error)).toMatchObject({
    kind: 'dry-run',
    message: `Nothing was changed. The next step would be to ${step}.`,
  });
  expect(await rows(place)).toEqual(before);
  expect(fob.screen).toEqual(screen);
  // The fob is unchanged, and the inventory with it.
  await verify(place.context, await atHand(fob));
});

async function choosePin(place: Workplace, fob: CoreFob): Promise<void> {
  await pinPolicy(place.context, await atHand(fob), { pinDigits: 6 });
  const pin = secret('730258');
  for (const _ of ['chosen', 'repeated']) fob.enter(pin);
}

it('a dry run of a reset makes no new recovery key for a fob without a PIN', async () => {
  const { fob, owner: place } = await owned();
  const before = await rows(place);
  await expect(resetPin(place.context, await dry(fob))).rejects.toMatchObject({
    message: 'Nothing was changed. The next step would be to give it the recovery key.',
  });
  expect(await rows(place)).toEqual(before);
});

it('a dry run of a pairing shows no code, and one of requiring a PIN first says that there is none', async () => {
  const fob = new CoreFob();
  const place = workplace(fob);
  const screen = fob.screen;
  const pairing = pair(place.context, await dry(fob), { askCode: async () => fob.code });
  await expect(pairing).rejects.toMatchObject({ kind: 'dry-run' });
  expect(fob.screen).toEqual(screen);
  expect(await rows(place)).toEqual({ pairings: [], accounts: [], history: [], nextRecoveryKeys: [] });
  await pairedAt(place, fob);
  await expect(requirePin(place.context, await dry(fob))).rejects.toMatchObject({ kind: 'bad-input' });
});
