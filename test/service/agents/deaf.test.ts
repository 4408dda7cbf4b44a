import { expect, it } from 'vitest';
import { Bench } from './bench.ts';
import { until } from './kit.ts';

it('a node that misses another node’s change notices still finds the requests created there', async () => {
  await using bench = await Bench.open(async ({ store }) => ({
    ...store,
    watch: () => () => undefined,
    close: async () => undefined,
  }));
  const own = await bench.fobOf('ada');
  const agent = await bench.agent();
  await bench.plugged(agent, own);
  const asked = await bench.ask('ada');
  await until(() => own.fob.screen.includes(asked.number), 'the request');
  own.fob.approve();
  await bench.becomes(asked, 'approved');
  expect(await bench.take(asked, 0)).toBe('accepted');
});
