import { addressMatcher } from '@passfob/service/base/addresses';
import { readConfiguration, type Sources } from '@passfob/service/node/configuration/read';
import { makePublished } from '@passfob/service/subjects/addresses/published';
import { changeSettings } from '@passfob/service/subjects/users/settings';
import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { expect, test } from 'vitest';
import { Rig } from '../kit.ts';
import { testOfOffice as it, startedService } from '../users/kit.ts';

// A label with the prefix of an internationalised name (RFC 5891 §4.2.3.1) must be one.
const label = fc.stringMatching(/^[a-z]([a-z0-9-]{0,8}[a-z0-9])?$/).filter(text => text.slice(2, 4) !== '--');
const host = fc
  .tuple(fc.array(label, { minLength: 2, maxLength: 3 }), fc.option(fc.integer({ min: 1, max: 65_535 })))
  .map(([labels, port]) => ({ name: `${labels.join('.')}a`, port }));
const range = fc
  .oneof(
    fc.tuple(fc.ipV4(), fc.integer({ min: 1, max: 32 })),
    fc.tuple(fc.ipV6(), fc.integer({ min: 1, max: 128 })),
  )
  .filter(([address]) => ipaddr.process(address).kind() === ipaddr.parse(address).kind());

const read = (flags: Sources['flags']) =>
  readConfiguration({ flags, environment: {}, workingDirectory: '/nowhere', defaultDirectory: '/nowhere' });

/** Reads the configuration from flags. */
function configured(hosts: string, ranges: string) {
  const reading = read({
    ...(hosts && { publishedHosts: hosts }),
    ...(ranges && { publishedRanges: ranges }),
  });
  if (reading.mistakes !== undefined) throw new Error(JSON.stringify(reading.mistakes));
  return { hosts: reading.configuration.publishedHosts, ranges: reading.configuration.publishedRanges };
}

it('property: the published addresses are exactly the configured ones', async office => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(host, { minLength: 1, maxLength: 5 }),
      fc.array(range, { maxLength: 8 }),
      async (hosts, ranges) => {
        const given = configured(
          hosts.map(({ name, port }) => (port === null ? name : `${name}:${port}`)).join(','),
          ranges.map(([address, bits]) => `${address}/${bits}`).join(', '),
        );
        const { hosts: shown, ranges: published } = await makePublished(office.management, given)();
        expect(shown).toEqual([...new Set(hosts.map(({ name, port }) => `${name}:${port ?? 443}`))]);
        // The same addresses in any other notation.
        const isIn = addressMatcher(published);
        for (const [address, bits] of ranges) {
          expect(isIn(address)).toBe(true);
          const first = (ipaddr.parse(address).kind() === 'ipv4' ? ipaddr.IPv4 : ipaddr.IPv6)
            .networkAddressFromCIDR(`${address}/${bits}`)
            .toString();
          const whole = ipaddr.parse(address).kind() === 'ipv4' ? 32 : 128;
          expect(published).toContain(bits === whole ? first : `${first}/${bits}`);
        }
        expect(published.length).toBeLessThanOrEqual(ranges.length);
      },
    ),
  );
});

test.each([
  [{ publishedHosts: 'https://otp.example.org' }],
  [{ publishedHosts: 'otp.example.org/' }],
  [{ publishedHosts: 'a b' }],
  [{ publishedHosts: 'a:65536' }],
  [{ publishedHosts: 'a,,b' }],
  [{ publishedHosts: 'u@a' }],
  [{ publishedHosts: '*' }],
  [{ publishedHosts: Array.from({ length: 17 }, (_, index) => `h${index}`).join(',') }],
  [{ publishedRanges: '0.0.0.0/0' }],
  [{ publishedRanges: '::/0' }],
  [{ publishedRanges: 'otp.example.org' }],
  [{ publishedRanges: '192.0.2.0/33' }],
  [{ publishedRanges: '192.0.2.0/28,,' }],
  [{ publicUrl: 'http://127.0.0.1:8480', publishedHosts: 'other.example.org' }],
])('an address list that is malformed or lacks the public address is refused: %j', flags => {
  const wrong = Object.keys(flags).at(-1);
  expect(read(flags).mistakes?.map(({ setting }) => setting)).toEqual([wrong]);
});

const addresses = { hosts: ['otp.example.org:443'], ranges: ['192.0.2.0/28', '2001:db8::/48'] };

test('both address files match the configuration, may be cached, and carry the same date on all nodes', async () => {
  await using service = await startedService({ addresses });
  const sinceMs = service.clock.nowMs;
  const get = async (url: string, path: string, headers = {}) => await fetch(`${url}${path}`, { headers });
  const json = await get(service.url, '/addresses.json');
  const { version, changed, ...lists } = (await json.json()) as { version: string; changed: string };
  expect(lists).toEqual(addresses);
  expect(changed).toBe(new Date(sinceMs).toISOString());
  expect(json.headers.get('cache-control')).toBe('public, max-age=3600');
  expect(json.headers.get('last-modified')).toBe(new Date(sinceMs).toUTCString());
  const text = await (await get(service.url, '/addresses.txt')).text();
  const [head, ...lines] = text.trimEnd().split('\n');
  expect(head).toBe(`# Passfob addresses, version ${version}, changed ${changed}`);
  expect(lines).toEqual([...addresses.hosts, ...addresses.ranges]);
  const tag = json.headers.get('etag') ?? '';
  expect((await get(service.url, '/addresses.txt', { 'if-none-match': tag })).status).toBe(304);
  const head2 = await fetch(`${service.url}/addresses.json`, { method: 'HEAD' });
  expect([head2.status, await head2.text()]).toEqual([200, '']);

  service.clock.nowMs += 60_000;
  const other = await service.rig.start({ addresses });
  expect(await (await get(other.url, '/addresses.txt')).text()).toBe(text);
  const changedNode = await service.rig.start({ addresses: { ...addresses, ranges: ['192.0.2.0/28'] } });
  const after = (await (await get(changedNode.url, '/addresses.json')).json()) as {
    version: string;
    changed: string;
  };
  expect(after.version).not.toBe(version);
  expect(after.changed).toBe(new Date(service.clock.nowMs).toISOString());
});

test('without a configured list, the published list is the host of the public URL, whatever the Host header', async () => {
  await using service = await startedService();
  const hosts = async () =>
    ((await (await fetch(`${service.url}/addresses.json`)).json()) as { hosts: string[] }).hosts;
  expect(await hosts()).toEqual([new URL(service.url).host]);
  await service.office.do(changeSettings, { publicAddress: 'https://otp.example.org' });
  expect(await hosts()).toEqual(['otp.example.org:443']);
});

test('the help page shows the address list, and other pages link to it', async () => {
  await using rig = new Rig();
  const { url } = await rig.start({ addresses });
  const page = async (path: string) => await (await fetch(`${url}${path}`)).text();
  const help = await page('/help');
  for (const value of [...addresses.hosts, ...addresses.ranges])
    expect(help).toContain(`<code>${value}</code>`);
  for (const path of ['/addresses.json', '/addresses.txt', '/me']) expect(help).toContain(`href="${path}"`);
  for (const path of ['/activate', '/me/sign-in', '/login'])
    expect([path, (await page(path)).includes('href="/help"')]).toEqual([path, true]);
});
