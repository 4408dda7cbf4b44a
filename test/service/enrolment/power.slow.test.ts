import { expect } from 'vitest';
import { itNeeds } from '../../kit/tools.ts';
import { needsBuild } from '../../unit/host/kit/simulated-fob.ts';
import { ImageFob } from './image-fob.ts';
import { Scene } from './kit.ts';

itNeeds(
  needsBuild,
  'an enrolment continues after the fob loses power at any operation of its memories',
  async () => {
    await using scene = await Scene.open();
    let users = 0;
    const enrolled = async (fob: ImageFob) => {
      const user = `user-${users++}`;
      const done = await scene.relay(await scene.activation({}, user), fob, {
        report(event) {
          if (event.event === 'step' && event.step === 'hello') fob.gather();
        },
      });
      expect((await scene.office.row('tokens', { serial: done.token })).state).toBe('active');
      return user;
    };
    const whole = new ImageFob(1);
    const before = whole.fob.operations;
    await enrolled(whole);
    const operations = whole.fob.operations - before;
    expect(operations).toBeGreaterThan(10);
    whole.fob.close();
    let came = 0;
    for (let at = 1; at <= operations; at++) {
      const fob = new ImageFob(at + 1);
      fob.fob.cutPowerAtOperation(at);
      const user = await enrolled(fob);
      const { id: user_id } = await scene.office.row('users', { name: user });
      expect([at, await scene.office.rows('tokens', { user_id })]).toMatchObject([at, [{ state: 'active' }]]);
      // The fob gets its push key at the end: the relay does not wait for it, and power may fail then.
      came += fob.cuts + (fob.fob.powered ? 0 : 1);
      fob.fob.close();
    }
    expect(came).toBe(operations);
    const { activations, pairings } = await scene.state();
    expect(activations.filter(({ state }) => state !== 'used')).toEqual([]);
    expect(pairings).toEqual([]);
  },
);
