import { portalTexts } from '@passfob/service/base/texts/portal';
import { changeSettings } from '@passfob/service/subjects/users/settings';
import { expect, test } from 'vitest';
import { itNeeds } from '../../kit/tools.ts';
import { Rig } from '../../service/kit.ts';
import { accepted, grace, Office } from '../../service/users/kit.ts';
import { askAsScanners, handedOver, needsPortal } from './kit.ts';

test('twenty scanners get one page, and change nothing anywhere', async () => {
  await using rig = new Rig();
  const service = await rig.start();
  await using office = await Office.beside(rig);
  await office.users('ada');
  const { db } = office.store;
  const string = await handedOver(office, service, 'ada');
  const everything = async () =>
    JSON.stringify([
      await db.selectFrom('activations').selectAll().execute(),
      await db.selectFrom('user_sessions').selectAll().execute(),
      await db.selectFrom('events').selectAll().execute(),
      await db.selectFrom('audit').select(['id', 'action', 'mac']).execute(),
      await db.selectFrom('alerts').selectAll().execute(),
    ]);
  const before = await everything();
  const link = `${service.url}/activate#${string}`;
  expect(await askAsScanners(link)).toHaveLength(1);
  expect(await everything()).toBe(before);
});

test('camera and ports are open to this page alone, and WebAssembly too', async () => {
  await using rig = new Rig();
  const { url } = await rig.start();
  const headersOf = async (path: string) => {
    const { headers } = await fetch(url + path, { redirect: 'manual' });
    return [headers.get('content-security-policy') ?? '', headers.get('permissions-policy') ?? ''];
  };
  const [policy, permissions] = await headersOf('/activate');
  expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval';");
  expect(policy).toContain(`connect-src 'self' ${url.replace('http', 'ws')};`);
  expect(policy).not.toContain('unsafe-inline');
  expect(permissions).toBe(
    'camera=(self), serial=(self), hid=(self), bluetooth=(self), geolocation=(), microphone=()',
  );
  for (const path of ['/login', '/me/sign-in', '/operator', '/assets/portal/none']) {
    const [others, theirs] = await headersOf(path);
    expect([path, others?.includes('wasm'), theirs]).toEqual([
      path,
      false,
      'camera=(), geolocation=(), microphone=()',
    ]);
  }
});

test('the page without its script names the other ways, and its texts end no element', async () => {
  await using rig = new Rig();
  const { url } = await rig.start();
  const text = await (await fetch(`${url}/activate`)).text();
  expect(text).toContain(portalTexts.ways.commandLine);
  expect(text.split('<section id="alone"')[1]?.split('>')[0]).not.toContain('hidden');
  const island = /<script type="application\/json" id="texts">([^<]*)<\/script>/.exec(text)?.[1] ?? '';
  expect(JSON.parse(island)).toEqual(portalTexts.island);
});

itNeeds(needsPortal, 'the files of the script are cached for good, and no others are served', async () => {
  await using rig = new Rig();
  const { url } = await rig.start();
  const page = await (await fetch(`${url}/activate`)).text();
  const script = /<script type="module" src="([^"]+)"/.exec(page)?.[1] ?? '';
  expect(script).toMatch(/^\/assets\/portal\/main-\w{8}\.js$/);
  const answer = await fetch(url + script);
  expect(answer.headers.get('cache-control')).toContain('immutable');
  const text = await answer.text();
  // The page does nothing unasked: the clipboard belongs to the person.
  expect(text).not.toMatch(/clipboard|execCommand|localStorage|sessionStorage|document\.cookie/);
  const scan = /scan-\w{8}\.js/.exec(text)?.[0];
  const wasm = /zxing_reader-\w{8}\.wasm/.exec(
    await (await fetch(`${url}/assets/portal/${scan}`)).text(),
  )?.[0];
  const reader = await fetch(`${url}/assets/portal/${wasm}`);
  expect([reader.status, reader.headers.get('content-type')]).toEqual([200, 'application/wasm']);
  for (const name of ['portal.json', '..%2f..%2f..%2fpackage.json', 'main.js', '%2e%2e'])
    expect((await fetch(`${url}/assets/portal/${name}`)).status).toBe(404);
});

test('the pages for users show the name of their service', async () => {
  await using rig = new Rig();
  const { url } = await rig.start();
  await using office = await Office.beside(rig);
  accepted(await changeSettings(office.management, grace, { serviceName: 'Widgets & Co' }));
  for (const path of ['/activate', '/login', '/me/sign-in', '/me/find']) {
    const text = await (await fetch(url + path)).text();
    expect([
      path,
      text.includes('alt="">Widgets &amp; Co</header>'),
      /<title>.* · Widgets/.test(text),
    ]).toEqual([path, true, true]);
  }
});
