import { ServiceError } from '@passfob/service/base/errors';
import { relayLimits } from '@passfob/service/base/limits/relay';
import { countAttempt } from '@passfob/service/features/enrolment/relay/records/attempts';
import { enterActivation } from '@passfob/service/features/enrolment/relay/records/enter';
import type { KyselyPlugin, PluginTransformQueryArgs, PluginTransformResultArgs } from 'kysely';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { CoreFob } from '../../host/kit/core-fob.ts';
import { until } from '../agents/kit.ts';
import { hearingCommits } from './commits.ts';
import { random, refusalOf, Scene } from './kit.ts';

/** Returns means whose database calls `heard` between a commit and its confirmation. */
function means({ means }: Scene, heard: () => Promise<void>) {
  const { management } = means;
  return { ...means, management: { ...management, db: hearingCommits(management.db, heard) } };
}

/** Waits until earlier events were handled. */
const turn = () => new Promise<void>(resolve => setImmediate(resolve));

describe('abandoned activations', () => {
  it('an activation is free at once after the person cancels while the code is checked', async () => {
    await using scene = await Scene.open();
    const activation = await scene.activation();
    const ending = new AbortController();
    let isEntered = false;
    const heard = async () => {
      await turn();
      isEntered = true;
    };
    const toService = (text: string) => {
      if (text.includes('"enter"')) ending.abort();
      return text;
    };
    const wishes = { means: means(scene, heard), toService, signal: ending.signal };
    expect(await refusalOf(scene.relay(activation, new CoreFob(), wishes))).toBe('cancelled');
    await until(async () => isEntered && (await scene.state()).activations[0]?.claim === null, 'the release');
    await scene.relay(activation, new CoreFob());
    expect((await scene.state()).activations).toMatchObject([{ state: 'used' }]);
  });

  it('an activation is free at once after the service fails right after claiming it', async () => {
    await using scene = await Scene.open();
    const activation = await scene.activation();
    const { management } = scene.means;
    const db = management.db.withPlugin(new BrokenSettings());
    const means = { ...scene.means, management: { ...management, db } };
    expect(await refusalOf(scene.relay(activation, new CoreFob(), { means }))).toBe('failed');
    await scene.relay(activation, new CoreFob());
    expect((await scene.state()).activations).toMatchObject([{ state: 'used' }]);
  });
});

describe('database failures between a commit and its confirmation', () => {
  it('a used activation survives a lost commit confirmation: the same relay is told that it is done', async () => {
    await using scene = await Scene.open();
    let losses = 0;
    const heard = async () => {
      const [activation] = (await scene.state()).activations;
      if (activation?.state === 'used' && losses++ === 0) throw lost();
    };
    const done = await scene.relay(await scene.activation(), new CoreFob(), { means: means(scene, heard) });
    expect(losses).toBeGreaterThan(0);
    const { tokens, events } = await scene.state();
    expect(tokens).toMatchObject([{ serial: done.token, state: 'active' }]);
    expect(events).toHaveLength(1);
  });

  it('a claim survives lost confirmations of its lease renewals', async () => {
    await using scene = await Scene.open();
    let isLost = false;
    const heard = async () => {
      if (isLost) throw lost();
    };
    const { management } = means(scene, heard);
    const { code } = await scene.activation();
    const entry = await enterActivation(management, CALLER, { code, relay: random(16) });
    if (entry.kind !== 'claimed') throw new Error(entry.kind);
    const { claim } = entry;
    const step = () => claim.holding(async (_, activation) => activation.step);
    isLost = true;
    await expect(claim.renew()).rejects.toMatchObject({ code: 'busy' });
    await expect(claim.renew()).rejects.toMatchObject({ code: 'busy' });
    isLost = false;
    expect(await step()).toBe('connected');
    await claim.renew();
    expect(await step()).toBe('connected');
    isLost = true;
    await expect(claim.renew()).rejects.toMatchObject({ code: 'busy' });
    isLost = false;
    await claim.release();
    expect((await scene.state()).activations).toMatchObject([{ claim: null }]);
  });

  it('a claim survives a lease renewal that was not stored', async () => {
    await using scene = await Scene.open();
    const { management } = scene.means;
    const { code } = await scene.activation();
    const db = management.db.withPlugin(new LostRenewals());
    const entry = await enterActivation({ ...management, db }, CALLER, { code, relay: random(16) });
    if (entry.kind !== 'claimed') throw new Error(entry.kind);
    await expect(entry.claim.renew()).rejects.toMatchObject({ code: 'busy' });
    expect(await entry.claim.holding(async (_, activation) => activation.step)).toBe('connected');
  });
});

describe('ends of enrolments', () => {
  it('the end of an enrolment is delivered although the relay’s time limit has passed', async () => {
    const timers = vi.spyOn(globalThis, 'setTimeout');
    onTestFinished(() => timers.mockRestore());
    await using scene = await Scene.open();
    let isOld = false;
    const heard = async () => {
      if (isOld || (await scene.state()).activations[0]?.state !== 'used') return;
      isOld = true;
      const life = timers.mock.calls.find(([, ms]) => ms === relayLimits.relayLifeMs);
      life?.[0]();
      await turn();
    };
    await scene.relay(await scene.activation(), new CoreFob(), { means: means(scene, heard) });
    expect(isOld).toBe(true);
  });

  it('a lease renewal after the last attempt does not report a lost claim', async () => {
    await using scene = await Scene.open();
    const { code } = await scene.activation({ attempts: relayLimits.activationAttemptsMax - 1 });
    const entry = await enterActivation(scene.means.management, CALLER, { code, relay: random(16) });
    if (entry.kind !== 'claimed') throw new Error(entry.kind);
    const counted = countAttempt(entry.claim, 'wrong_fob');
    const renewed = entry.claim.renew();
    expect(await counted).toBe(true);
    await renewed;
  });
});

const CALLER = { source: '192.0.2.9', requestId: 'relay' };

/** The error after a lost PostgreSQL connection, also during the commit. */
const lost = () => new ServiceError('busy', 'the database is gone');

/** A database that is lost when a lease is renewed. */
class LostRenewals implements KyselyPlugin {
  transformQuery({ node }: PluginTransformQueryArgs) {
    const isRenewal =
      node.kind === 'UpdateQueryNode' && node.updates?.length === 1 && JSON.stringify(node).includes('until');
    if (isRenewal) throw lost();
    return node;
  }

  async transformResult({ result }: PluginTransformResultArgs) {
    return result;
  }
}

/** A database whose settings cannot be read. */
class BrokenSettings implements KyselyPlugin {
  transformQuery({ node }: PluginTransformQueryArgs) {
    if (node.kind === 'SelectQueryNode' && JSON.stringify(node.from).includes('"settings"'))
      throw new Error('disk failed');
    return node;
  }

  async transformResult({ result }: PluginTransformResultArgs) {
    return result;
  }
}
