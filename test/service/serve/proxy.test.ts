import { request } from 'node:http';
import { networkInterfaces } from 'node:os';
import { addressMatcher } from '@passfob/service/base/addresses';
import { expect, test } from 'vitest';
import { itNeeds } from '../../kit/tools.ts';
import { apiKeyOf } from '../kit.ts';
import { testOfService as it, startedService } from '../users/kit.ts';

const PUBLIC = 'https://otp.example.org';

/** Sends a log-in as a proxy at `from` would forward it. */
function logIn(url: string, apiKey: string, from: string, headers: Record<string, string>): Promise<number> {
  const body = JSON.stringify({ user: 'ada', passcode: '000000' });
  return new Promise((resolve, reject) => {
    request(
      `${url}/v1/validate`,
      {
        method: 'POST',
        localAddress: from,
        agent: false,
        headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}`, ...headers },
      },
      response => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    )
      .on('error', reject)
      .end(body);
  });
}

const forwarded = { host: 'otp.example.org', 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'https' };

test('a configured proxy is trusted about the source, a stranger is not', async () => {
  await using service = await startedService({ trustedProxies: ['127.0.0.2'], publicUrl: PUBLIC });
  const apiKey = apiKeyOf(service);
  expect(await logIn(service.url, apiKey, '127.0.0.2', forwarded)).toBe(403);
  expect(await logIn(service.url, apiKey, '127.0.0.1', forwarded)).toBe(403);
  const sources = (await service.events()).map(({ source }) => source);
  expect(sources.sort()).toEqual(['127.0.0.1', '203.0.113.9']);
});

it('without a configured proxy no forwarded source is trusted', async service => {
  const { host } = new URL(service.url);
  const headers = { ...forwarded, host };
  expect(await logIn(service.url, apiKeyOf(service), '127.0.0.1', headers)).toBe(403);
  expect((await service.events())[0]?.source).toBe('127.0.0.1');
});

test('a chain of forwarded addresses is read from its trusted end', async () => {
  await using service = await startedService({
    trustedProxies: ['127.0.0.2', '10.0.0.0/8'],
    publicUrl: PUBLIC,
  });
  const chain = { ...forwarded, 'x-forwarded-for': '198.51.100.1, 203.0.113.9, 10.1.2.3' };
  await logIn(service.url, apiKeyOf(service), '127.0.0.2', chain);
  expect((await service.events())[0]?.source).toBe('203.0.113.9');
});

test('X-Forwarded-Host and -Proto count from the proxy only', async () => {
  await using service = await startedService({ trustedProxies: ['127.0.0.2'], publicUrl: PUBLIC });
  const apiKey = apiKeyOf(service);
  const named = (host: string) => ({ ...forwarded, host: 'backend', 'x-forwarded-host': host });
  expect(await logIn(service.url, apiKey, '127.0.0.2', named('otp.example.org'))).toBe(403);
  expect(await logIn(service.url, apiKey, '127.0.0.2', named('evil.example'))).toBe(421);
  expect(await logIn(service.url, apiKey, '127.0.0.1', named('otp.example.org'))).toBe(421);
});

const elsewhere = {
  name: 'an IPv4 address that is not loopback',
  found: Object.values(networkInterfaces())
    .flatMap(addresses => addresses ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address,
};

itNeeds(elsewhere, 'plain HTTP is accepted from the proxy and this computer only', async address => {
  await using service = await startedService({
    host: '0.0.0.0',
    trustedProxies: ['192.0.2.1'],
    publicUrl: PUBLIC,
  });
  const apiKey = apiKeyOf(service);
  const { port } = new URL(service.url);
  expect(await logIn(`http://${address}:${port}`, apiKey, address, forwarded)).toBe(403);
  expect(await service.events()).toEqual([]);
  expect(await logIn(service.url, apiKey, '127.0.0.1', forwarded)).toBe(403);
  expect(await service.events()).toHaveLength(1);
});

it.each([
  [['10.0.0.0/8'], '10.255.0.1', true],
  [['10.0.0.0/8'], '11.0.0.1', false],
  [['10.0.0.0/8'], '::ffff:10.0.0.1', true],
  [['192.0.2.7'], '192.0.2.7', true],
  [['192.0.2.7'], '192.0.2.8', false],
  [['2001:db8::/32'], '2001:db8:1::1', true],
  [['2001:db8::/32'], '2001:db9::1', false],
  [['2001:db8::/32'], 'nonsense', false],
  [[], '127.0.0.1', false],
])('the proxies %j contain %s: %s', (ranges, address, isIn) => {
  expect(addressMatcher(ranges)(address)).toBe(isIn);
});
