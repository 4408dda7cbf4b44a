import { expect, test } from 'vitest';
import { Browser, fob, office, openEachService, paths, service } from './kit.ts';

openEachService();

test.each(paths)('Autosend at %s works with each step at another node', async path => {
  const second = await service.rig.start();
  const browser = new Browser(service);
  const { id } = await browser.autosend(path);
  // Behind a load balancer both nodes share one port, which is part of the cookie name.
  const moved = new Browser(second);
  const port = (url: string) => new URL(url).port;
  for (const [name, value] of browser.cookies)
    moved.cookies.set(name.replace(port(service.url), port(second.url)), value);
  const state = moved.get(`${path}/autosend/state?id=${id}`);
  await fob.approve();
  expect((await state).text).toBe('{"decided":true}');
  expect((await moved.finish(path, id)).status).toBe(path === '/me' ? 303 : 200);
});

test('passcode fields ask for number keys only if every passcode is a number', async () => {
  const browser = new Browser(service);
  const field = async ([page, name]: readonly [string, string]) =>
    new RegExp(`<input[^>]*name="${name}"[^>]*>`).exec((await browser.get(page)).text)?.[0] ??
    expect.fail(page);
  const forms = [
    ['/login', 'passcode'],
    ['/me/sign-in', 'passcode'],
    ['/me/find', 'first'],
    ['/me/find', 'second'],
    ['/operator/sign-in', 'passcode'],
  ] as const;
  for (const form of forms) expect(await field(form)).toContain('inputmode="numeric"');
  const lettered = await office.token('ada', { alphabet: 'base32', digits: 8 });
  for (const form of forms) {
    const shown = await field(form);
    expect(shown).not.toContain('inputmode');
    for (const attribute of ['autocapitalize="none"', 'autocorrect="off"', 'spellcheck="false"'])
      expect(shown).toContain(attribute);
  }
  await service.changeTokenState(lettered.serial, 'revoked');
  for (const form of forms) expect(await field(form)).toContain('inputmode="numeric"');
});
