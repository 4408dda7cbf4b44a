import type { Request } from 'passfob/client';
import { expect, it } from 'vitest';
import { ascii } from '../owner.ts';
import type { Stage } from '../stage.ts';
import { RFC4226_KEY } from '../vectors.ts';

const shown = async (stage: Stage) => (await stage.driver.screen()).join(' ');

/** Enrols for OCRA under the name of the service's own account for log-ins. */
async function putPush(stage: Stage, suite: Partial<Request<'putOcra'>>): Promise<Uint8Array> {
  const id = await stage.owner.putOcra({ issuer: ascii('Example'), label: ascii('push'), ...suite });
  await stage.owner.toList();
  return id;
}

/** One press turns the wheel to its exit; taking the exit leads to the list again. */
async function leaveWheel(stage: Stage): Promise<void> {
  await stage.driver.step();
  expect(await stage.driver.screen()).toContain('back');
  await stage.driver.choose();
  expect(await shown(stage)).toContain('push');
}

/** A list entry says what taking it does; its screen is left at once. */
export function hints(stage: Stage): void {
  it.each([
    ['numeric', { question: 0 }],
    ['hexadecimal', { question: 2, length: 20 }],
    ['long decimal', { question: 0, length: 64 }],
    ['counted', { question: 2, inputs: 1 }],
  ])(
    'the entry of an account with %s questions says that they are entered; the second press leaves the wheel',
    async (_, suite) => {
      const id = await putPush(stage, suite);
      expect(await shown(stage)).toMatch(/(?:Hold|Press): enter question$/);
      await stage.driver.choose();
      expect(await stage.driver.screen()).toContain('Question');
      expect(await shown(stage)).toContain('Leave: hold at "back"');
      await leaveWheel(stage);
      await stage.owner.client.call('remove', { id });
    },
  );

  it.each([
    ['have letters', { question: 1 }],
    ['are a digest', { question: 2, length: 40 }],
    ['are a digest, with a PIN', { question: 2, length: 40, inputs: 2 }],
  ])(
    'the entry of an account whose questions %s says that it is for approvals, and choosing it opens no wheel',
    async (_, suite) => {
      const id = await putPush(stage, suite);
      expect(await shown(stage)).toMatch(/push.* For approvals$/);
      await stage.driver.choose();
      expect(await shown(stage)).toContain('For approvals: the fob asks you when there is one.');
      await stage.owner.client.call('remove', { id });
    },
  );

  it('the entry of an account with passcodes says that it makes one, and the settings entry that it opens them', async () => {
    const id = await stage.owner.put({ secret: RFC4226_KEY });
    await stage.owner.toList();
    expect(await shown(stage)).toMatch(/(?:Hold|Press): passcode$/);
    await stage.driver.step();
    expect(await shown(stage)).toMatch(/(?:Hold|Press): open$/);
    await stage.driver.choose();
    // A screen without input leads back.
    expect(await shown(stage)).toMatch(/^About .*(?:Hold|Press): go back$/);
    await stage.driver.choose();
    expect(await shown(stage)).toMatch(/(?:Hold|Press): open$/);
    await stage.owner.client.call('remove', { id });
  });
}
