import { expect, it } from 'vitest';
import { secret } from '../../../kit/secrets.ts';
import { ascii, random } from '../owner.ts';
import { refused } from '../refused.ts';
import type { Stage } from '../stage.ts';

/** Returns the list as the owner sees it. */
async function labels(stage: Stage): Promise<string[]> {
  const { accounts } = await stage.owner.client.call('info', {});
  const found = [];
  for (let index = 0; index < accounts; index++)
    found.push(Buffer.from((await stage.owner.client.call('list', { index })).label).toString());
  return found;
}

/** Names and order of the accounts belong to the owner. */
export function names(stage: Stage): void {
  it('renaming an account changes nothing else of it', async () => {
    const id = await stage.owner.put({ counter: 7, secret: secret(random(20)) });
    const issuer = ascii('Other');
    await stage.owner.client.call('rename', { id, issuer, label: ascii('bob') });
    const listed = await stage.owner.client.call('list', { index: 0 });
    expect([...listed.issuer, 0, ...listed.label]).toEqual([...issuer, 0, ...ascii('bob')]);
    expect([listed.kind, listed.counter]).toEqual([1, 7]);
    await refused(
      stage.owner.client.call('rename', { id: Uint8Array.of(9, 9, 9, 9), issuer, label: issuer }),
      'no-such-account',
    );
    await stage.owner.client.call('remove', { id });
  });

  it('accounts move to any place, over a power cut, until no place is left between two', async () => {
    const ids = new Map<string, Uint8Array>();
    for (const label of ['a', 'b', 'c', 'd'])
      ids.set(label, await stage.owner.put({ label: ascii(label), secret: secret(random(20)) }));
    const order = ['a', 'b', 'c', 'd'];
    const at = (label: string) => ids.get(label) ?? new Uint8Array(4);
    for (const [label, place] of [
      ['d', 0],
      ['a', 2],
      ['b', 3],
      ['c', 1],
      ['c', 1],
    ] as const) {
      order.splice(order.indexOf(label), 1);
      order.splice(place, 0, label);
      await stage.owner.client.call('move', { id: at(label), place });
      expect(await labels(stage)).toEqual(order);
    }
    await stage.driver.reboot();
    await stage.owner.open();
    expect(await labels(stage)).toEqual(order);
    await refused(stage.owner.client.call('move', { id: at('a'), place: 4 }), 'out-of-range');
    for (const id of ids.values()) await stage.owner.client.call('remove', { id });
  });

  it('an account for approvals stands behind those enrolled or moved after it, over a power cut', async () => {
    const push = await stage.owner.putOcra({ digits: 8, question: 2, length: 40, label: ascii('push') });
    const ids: Uint8Array[] = [];
    for (const label of ['a', 'b'])
      ids.push(await stage.owner.put({ label: ascii(label), secret: secret(random(20)) }));
    expect(await labels(stage)).toEqual(['a', 'b', 'push']);
    await stage.owner.client.call('move', { id: ids[0] ?? push, place: 2 });
    await stage.driver.reboot();
    await stage.owner.open();
    expect(await labels(stage)).toEqual(['b', 'a', 'push']);
    for (const id of [push, ...ids]) await stage.owner.client.call('remove', { id });
  });
}
