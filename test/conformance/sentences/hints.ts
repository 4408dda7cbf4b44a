import type { Request } from 'passfob/client';
import { expect, it } from 'vitest';
import { ascii, random } from '../owner.ts';
import type { Stage } from '../stage.ts';
import { RFC4226_KEY } from '../vectors.ts';

const SUITE = { algorithm: 1, digits: 6, question: 0, length: 8, inputs: 0, step: 0, counter: 0 };

const shown = async (stage: Stage) => (await stage.driver.screen()).join(' ');

/** Enrols for OCRA under the name of the service's own account for log-ins. */
async function putPush(stage: Stage, suite: Partial<Request<'putOcra'>>): Promise<Uint8Array> {
  const id = Uint8Array.of(131, ...random(3));
  const names = { issuer: ascii('Example'), label: ascii('push') };
  await stage.owner.client.call('putOcra', { ...SUITE, ...suite, id, ...names, secret: RFC4226_KEY });
  await stage.owner.toList();
  return id;
}

/** One press turns the wheel to its way back, and taking that leads to the list again. */
async function leaveWheel(stage: Stage): Promise<void> {
  await stage.driver.step();
  expect(await stage.driver.screen()).toContain('back');
  await stage.driver.choose();
  expect(await shown(stage)).toContain('push');
}

/** An entry of the list says what taking it does, and what that leads to is left at once. */
export function hints(stage: Stage): void {
  it.each([
    ['numeric', { question: 0 }],
    ['hexadecimal', { question: 2, length: 64 }],
    ['counted', { question: 2, inputs: 1 }],
  ])(
    'says of an account with %s questions that they are entered, and leaves the wheel at the second press',
    async (_, suite) => {
      const id = await putPush(stage, suite);
      expect(await shown(stage)).toMatch(/(?:Hold|Press): enter question$/);
      await stage.driver.choose();
      expect(await stage.driver.screen()).toContain('Question');
      await leaveWheel(stage);
      await stage.owner.client.call('remove', { id });
    },
  );

  it('says of an account whose questions only a computer enters that it explains that', async () => {
    const id = await putPush(stage, { question: 1 });
    expect(await shown(stage)).toMatch(/(?:Hold|Press): explain$/);
    await stage.driver.choose();
    expect(await shown(stage)).toContain('Only a computer can enter its questions.');
    await stage.owner.client.call('remove', { id });
  });

  it('says of an account that makes passcodes that it does, and of the settings that they are opened', async () => {
    const id = await stage.owner.put({ secret: RFC4226_KEY });
    await stage.owner.toList();
    expect(await shown(stage)).toMatch(/(?:Hold|Press): passcode$/);
    await stage.driver.step();
    expect(await shown(stage)).toMatch(/(?:Hold|Press): open$/);
    await stage.driver.choose();
    // What is only to be looked at leads back.
    expect(await shown(stage)).toMatch(/^About .*(?:Hold|Press): go back$/);
    await stage.driver.choose();
    expect(await shown(stage)).toMatch(/(?:Hold|Press): open$/);
    await stage.owner.client.call('remove', { id });
  });
}
