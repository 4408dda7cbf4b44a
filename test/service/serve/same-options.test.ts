import { readConfiguration } from '@passfob/service/app/configuration/read';
import { serveTexts } from '@passfob/service/base/texts/serve';
import { sameOptions } from '@passfob/service/cli/same-options';
import { expect, test } from 'vitest';

const line = (flags: Parameters<typeof readConfiguration>[0]['flags'], url: string) => {
  const reading = readConfiguration({
    flags,
    environment: { PASSFOB_SERVICE_HOST: '127.0.0.1' },
    workingDirectory: '/srv',
    defaultDirectory: '/srv/default',
  });
  if (reading.mistakes !== undefined) throw new Error('the configuration has mistakes');
  return serveTexts.adminLinkLater(sameOptions(reading, url));
};

test('the command for an administrator link has the folder and the port that serve was given', () => {
  expect(line({ directory: 'my service', port: '0' }, 'http://127.0.0.1:8480')).toBe(
    "For a one-time administrator link run: passfob service admin-link --dir '/srv/my service' --port 8480",
  );
  expect(
    line(
      { trustedProxies: ['10.0.0.1', '10.0.0.2'], publicUrl: 'https://otp.example.org' },
      'http://[::1]:1',
    ),
  ).toMatch(
    /admin-link --behind-proxy 10\.0\.0\.1 --behind-proxy 10\.0\.0\.2 --public-url https:\/\/otp\.example\.org$/,
  );
});

test('the command for an administrator link has no option that serve was not given', () => {
  expect(line({}, 'http://127.0.0.1:8480')).toMatch(/: passfob service admin-link$/);
});
