import { viewFob } from '@passfob/service/features/care/views';
import { hostPrimitives } from 'passfob/client/primitives';
import { expect, it } from 'vitest';
import { CoreFob } from '../../host/kit/core-fob.ts';
import { losingPower } from '../../host/kit/core-memories.ts';
import { accepted } from '../users/kit.ts';
import { CareScene } from './kit.ts';

const AGENT = { kind: 'agent', name: '192.0.2.9' } as const;
const COMMAND = { kind: 'command', name: '192.0.2.9' } as const;

/** A fob of the service whose clock module has lost its power. */
async function withoutPower(): Promise<CareScene> {
  const { losePower, ...parts } = losingPower();
  const scene = await CareScene.open(new CoreFob(hostPrimitives, parts));
  await scene.account('ada');
  await scene.care();
  losePower();
  scene.fob.reboot();
  return scene;
}

async function findings(scene: CareScene): Promise<string[]> {
  const { health } = accepted(await viewFob(scene.office.management.db, scene.owned.serial));
  return health.map(({ kind }) => kind);
}

it('a loss of power of the clock module is acknowledged with the person at the fob, and never by an agent alone', async () => {
  await using scene = await withoutPower();
  await scene.care({ relay: COMMAND });
  expect(await findings(scene)).toContain('memory-went-back');
  const task = await scene.ask({ kind: 'power-loss' });
  expect(task.needsHold).toBe(false);
  scene.fob.press();
  expect(scene.fob.screen.join(' ')).toContain('The clock module lost its power.');
  scene.fob.approve();
  await scene.care({ relay: AGENT, mayHold: true });
  expect(await scene.tasks()).toContain('power-loss waiting alone');
  expect(await findings(scene)).toContain('memory-went-back');
  await scene.care({ relay: COMMAND });
  expect(await scene.tasks()).toContain('power-loss done');
  expect(await findings(scene)).not.toContain('memory-went-back');
  expect(await scene.acts('asked')).toContain('fob.power-loss');
  expect((await scene.acts()).filter(act => act === 'fob.power-loss')).toHaveLength(1);
  expect((await scene.asOwner(client => client.call('status', {}))).wentBack).toBe(0);
});

it('the message on the screen of the fob has to be read and held first', async () => {
  await using scene = await withoutPower();
  await scene.ask({ kind: 'power-loss' });
  await scene.care({ relay: COMMAND });
  expect(await scene.tasks()).toContain('power-loss waiting notice');
  expect(await findings(scene)).toContain('memory-went-back');
});
