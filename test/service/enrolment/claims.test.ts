import type { KyselyPlugin, PluginTransformQueryArgs, PluginTransformResultArgs } from 'kysely';
import { describe, expect, it } from 'vitest';
import { CoreFob } from '../../host/kit/core-fob.ts';
import { until } from '../agents/kit.ts';
import { hearingCommits } from './commits.ts';
import { refusalOf, Scene } from './kit.ts';

/** With a database of which something is heard between a transaction and the word of it. */
function means({ means }: Scene, heard: () => Promise<void>) {
  const { management } = means;
  return { ...means, management: { ...management, db: hearingCommits(management.db, heard) } };
}

/** What came before has been heard. */
const turn = () => new Promise<void>(resolve => setImmediate(resolve));

describe('an activation that nobody has any more is free at once', () => {
  it('where the person gives up while the code is looked at', async () => {
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

  it('where the service fails once it has taken it', async () => {
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
