import { expect, test } from 'vitest';
import { Rig } from './kit.ts';

test('an unknown address answers a browser with a page and a program with a problem', async () => {
  await using rig = new Rig();
  const { url } = await rig.start();
  const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
  const page = await fetch(`${url}/nowhere`, { headers: { accept } });
  expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
  expect(await page.text()).toMatch(/<html lang="en">[\s\S]*<h1/);
  for (const [path, headers] of [
    ['/nowhere', { accept: '*/*' }],
    ['/v1/nowhere', { accept }],
  ] as const) {
    const problem = await fetch(url + path, { headers });
    expect([problem.status, problem.headers.get('content-type')]).toEqual([
      404,
      'application/problem+json; charset=utf-8',
    ]);
  }
});
