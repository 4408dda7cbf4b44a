import { COMMANDS } from '@passfob/protocol/commands';
import { REFUSED_WRONG_PROOF } from '@passfob/protocol/refusals';
import type { Request } from 'passfob/client';
import { withDamaged, withNoise, withoutKeys } from '../../kit/memories.ts';
import { askClear, openHalf } from '../conformance/raw.ts';
import { Scene, utf8 } from './scene.ts';

/** A view: the name of its golden file, and the steps that lead to it. */
type View = readonly [name: string, arrange: () => Promise<Scene>];

/** The list of a fob with the time, or without it, that holds one account. */
async function withTotp(account: Partial<Request<'put'>> = {}, make = Scene.timed): Promise<Scene> {
  const scene = await make();
  await scene.totp(account);
  return scene.list();
}

async function withHotp(account: Partial<Request<'put'>> = {}): Promise<Scene> {
  const scene = await Scene.owned();
  await scene.hotp(account);
  return scene.list();
}

async function damaged(): Promise<Scene> {
  const scene = await Scene.timed();
  const id = await scene.totp();
  return scene.after(store => withDamaged(store, id));
}

async function withThree(): Promise<Scene> {
  const scene = await Scene.owned();
  await scene.named('Example', 'alice');
  await scene.named('GitHub', 'alice@example.org');
  await scene.named('Mail', 'alice');
  return scene.list();
}

const withNames = (issuer: string, label: string) => withTotp({ issuer: utf8(issuer), label: utf8(label) });

const longNames = () => withNames('United Widget Works Ltd', 'erika@widgets.example.');
const foreignNames = () => withNames('Zoë & Müller', 'zoë@müller.example');

async function pairing(): Promise<Scene> {
  const scene = new Scene();
  await scene.owner.client.hello();
  // The code depends on the moment: take the same moment however long the boot took.
  await scene.wait(5_000 - (scene.driver.fob.now() % 5_000));
  await scene.owner.client.startPairing();
  return scene;
}

async function asksForPasscode(): Promise<Scene> {
  const scene = await Scene.owned();
  return scene.asked('code', { id: await scene.hotp() });
}

/** Waits past the moment in which keys are deaf. */
const heard = async (asking: Promise<Scene>) => (await asking).wait(800);

const unowned: readonly View[] = [
  [
    'blank-gathering',
    async () => {
      const scene = new Scene({ birth: new Uint8Array(0) });
      await scene.press();
      return scene.press();
    },
  ],
  ['blank', async () => new Scene()],
  ['pairing', pairing],
  [
    'pairing-wrong-code',
    async () => {
      const scene = await pairing();
      await openHalf(scene.driver, new Uint8Array(16), 1);
      const [, status] = await askClear(scene.driver, COMMANDS.finish[0], ...new Uint8Array(32));
      if (status !== REFUSED_WRONG_PROOF) throw new Error('a wrong proof is not refused');
      return scene;
    },
  ],
  ['paired', Scene.owned],
];

const lists: readonly View[] = [
  ['no-accounts', async () => (await Scene.owned()).list()],
  [
    'account-added',
    async () => {
      const scene = await Scene.owned();
      await scene.totp();
      return scene;
    },
  ],
  ['list-of-one', () => withTotp()],
  ['list-of-three', async () => (await withThree()).press()],
  ['list-long-names', longNames],
  ['list-foreign-names', foreignNames],
  ['list-no-issuer', () => withNames('', 'alice')],
  ['off', async () => (await withTotp()).wait(31_000)],
];

const passcodes: readonly View[] = [
  ['totp-30s', async () => (await (await withTotp()).press(700)).until('30s')],
  ['totp-7s', async () => (await (await withTotp()).press(700)).until('7s')],
  ['totp-8-digits', async () => (await (await withTotp({ digits: 8, period: 60 })).press(700)).until('45s')],
  ['totp-7-digits', async () => (await (await withTotp({ digits: 7, period: 90 })).press(700)).until('60s')],
  ['totp-long-names', async () => (await (await longNames()).press(700)).until('15s')],
  ['totp-foreign-names', async () => (await (await foreignNames()).press(700)).until('1s')],
  ['hotp', async () => (await withHotp()).press(700)],
  ['hotp-8-digits', async () => (await withHotp({ digits: 8 })).press(700)],
];

const questions: readonly View[] = [
  ['ask-passcode', asksForPasscode],
  [
    'ask-passcode-long-names',
    async () => {
      const scene = await longNames();
      const { id } = await scene.owner.client.call('list', { index: 0 });
      return scene.asked('code', { id });
    },
  ],
  ['ask-erase', async () => (await Scene.owned()).asked('erase', {})],
  ['ask-clock', async () => (await Scene.timed()).asked('setClock', { utc: 1_900_000_000 })],
  ['approved', async () => (await heard(asksForPasscode())).press(1_200)],
  ['declined', async () => (await heard(asksForPasscode())).press()],
];

const troubles: readonly View[] = [
  ['clock-not-set', async () => (await withTotp({}, Scene.owned)).press(700)],
  ['account-damaged', damaged],
  ['account-damaged-pressed', async () => (await damaged()).press(700)],
  ['keys-lost', async () => (await Scene.owned()).after(withoutKeys)],
  ['keys-lost-erased', async () => (await Scene.owned()).after(withoutKeys).press(10_500)],
  [
    'memory-silent',
    async () => {
      const scene = await withHotp();
      scene.driver.fob.setPart('eeprom', false);
      await scene.press();
      return scene.press();
    },
  ],
  ['memory-damaged', async () => (await Scene.owned()).after(withNoise)],
];

export const views: readonly View[] = [...unowned, ...lists, ...passcodes, ...questions, ...troubles];
