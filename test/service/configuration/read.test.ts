import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shownConfiguration } from '@passfob/service/node/configuration/configuration';
import { type Mistake, readConfiguration, type Sources } from '@passfob/service/node/configuration/read';
import { SETTING_NAMES, settings } from '@passfob/service/node/configuration/settings';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { secret } from '../../kit/secrets.ts';

/** A folder from which a configuration is read. */
class Desk implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'passfob-configuration-'));

  write(values: unknown, name = 'passfob-service.json', mode = 0o600): string {
    const path = join(this.folder, name);
    writeFileSync(path, typeof values === 'string' ? values : JSON.stringify(values), { mode });
    return path;
  }

  read(sources: Partial<Sources> = {}) {
    return readConfiguration({
      flags: {},
      environment: {},
      workingDirectory: this.folder,
      defaultDirectory: this.folder,
      ...sources,
    });
  }

  /** Reads a valid configuration, with the source of each value. */
  good(sources: Partial<Sources> = {}) {
    const reading = this.read(sources);
    if (reading.mistakes !== undefined) throw new Error(JSON.stringify(reading.mistakes));
    return reading;
  }

  mistakes(sources: Partial<Sources> = {}): readonly Mistake[] {
    return this.read(sources).mistakes ?? [];
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const named = (mistakes: readonly Mistake[]) => mistakes.map(({ setting, origin }) => `${setting} ${origin}`);

describe('precedence of settings', () => {
  it('flags override the environment, which overrides the file, which overrides the defaults', () => {
    fc.assert(
      fc.property(fc.subarray(['file', 'environment', 'flag'] as const), places => {
        using desk = new Desk();
        const file = places.includes('file') ? desk.write({ port: 1001 }) : '';
        const environment = places.includes('environment') ? { PASSFOB_SERVICE_PORT: '1002' } : {};
        const flags = places.includes('flag') ? { port: '1003' } : {};
        const said = {
          none: [8480, 'default'],
          file: [1001, file],
          environment: [1002, 'PASSFOB_SERVICE_PORT'],
          flag: [1003, '--port'],
        }[places.at(-1) ?? 'none'];
        const { configuration, origins } = desk.good({ flags, environment });
        expect([configuration.port, origins.port]).toEqual(said);
      }),
    );
  });

  it('an empty environment variable counts as absent', () => {
    using desk = new Desk();
    expect(desk.good({ environment: { PASSFOB_SERVICE_PORT: '' } }).configuration.port).toBe(8480);
  });

  it('relative paths start at the place where they are set', () => {
    using desk = new Desk();
    desk.write({ tlsCertificate: 'a.pem', tlsKey: '/etc/b.pem' });
    const { configuration } = desk.good({ workingDirectory: '/elsewhere', environment: {}, flags: {} });
    expect(configuration.tlsCertificate).toBe(join(desk.folder, 'a.pem'));
    expect(configuration.tlsKey).toBe('/etc/b.pem');
    const typed = desk.good({
      workingDirectory: '/elsewhere',
      flags: { directory: 'x', tlsCertificate: 'c', tlsKey: 'd' },
    });
    expect(typed.configuration).toMatchObject({ directory: '/elsewhere/x', tlsCertificate: '/elsewhere/c' });
  });

  it('the configuration file may be named explicitly, and may then name the folder', () => {
    using desk = new Desk();
    const path = desk.write({ directory: 'data', port: 1 }, 'other.json');
    for (const sources of [{ file: path }, { environment: { PASSFOB_SERVICE_CONFIG: path } }])
      expect(desk.good(sources).configuration).toMatchObject({
        directory: join(desk.folder, 'data'),
        port: 1,
      });
  });
});

describe('configuration mistakes', () => {
  it('configuration mistakes are reported all at once, each with its source and a remedy', () => {
    using desk = new Desk();
    const path = desk.write({ port: '80x', hots: 'x', lockThreshold: 1.5, trustedProxies: ['10.0.0.0/33'] });
    const found = desk.mistakes({
      flags: { host: 'example.org', publicUrl: 'https://x/y' },
      environment: { PASSFOB_SERVICE_LOG_LEVEL: 'loud', PASSFOB_SERVICE_LOK: '1' },
    });
    expect(named(found).sort()).toEqual(
      [
        ...['PASSFOB_SERVICE_LOK environment', `hots ${path}`, 'host --host', `port ${path}`],
        ...[`trustedProxies ${path}`, 'publicUrl --public-url'],
        ...[`lockThreshold ${path}`, 'logLevel PASSFOB_SERVICE_LOG_LEVEL'],
      ].sort(),
    );
    for (const { sentence, next } of found) {
      expect(sentence).toMatch(/^\S.*\.$/);
      expect(next).toMatch(/^\S.*[.]$/);
    }
  });

  it('configuration mistakes never quote a value', () => {
    using desk = new Desk();
    const value = secret('Vq7Zk2Tw9Xs4');
    desk.write({
      ...Object.fromEntries(SETTING_NAMES.map(name => [name, value])),
      databaseUrl: `:${value}@`,
    });
    const fromFile = desk.mistakes();
    const flags = Object.fromEntries(
      SETTING_NAMES.filter(name => name !== 'directory').map(name => [name, value]),
    );
    const fromFlags = desk.mistakes({ flags });
    expect(fromFile.length).toBeGreaterThan(5);
    expect(fromFlags.length).toBeGreaterThan(5);
    expect(JSON.stringify([fromFile, fromFlags])).not.toContain(value);
  });

  it.each([
    ['', 'is not one JSON object'],
    ['[]', 'is not one JSON object'],
    ['{"port": 1', 'is not one JSON object'],
    ['{"directory": "x"}', 'sets another service folder'],
    ['{"__proto__": {"port": 1}}', 'is not a setting'],
    [`{"port": 1${' '.repeat(70_000)}}`, 'is too large'],
  ])('mistakes are found in the configuration file %.20s', (text, words) => {
    using desk = new Desk();
    desk.write(text);
    expect(desk.mistakes()).toMatchObject([{ sentence: expect.stringContaining(words) }]);
  });

  it('a named configuration file that is missing or a folder is refused', () => {
    using desk = new Desk();
    expect(desk.mistakes({ file: 'none.json' })).toMatchObject([
      { sentence: expect.stringContaining('not exist') },
    ]);
    expect(desk.mistakes({ file: '.' })).toMatchObject([
      { sentence: expect.stringContaining('cannot be read') },
    ]);
  });

  it('a password in a file that others may read, or on the command line, is refused', () => {
    using desk = new Desk();
    for (const databaseUrl of ['postgres://u:wordpass1@h/n', 'postgres://u@h/n?password=wordpass1']) {
      desk.write({ databaseUrl }, 'open.json', 0o644);
      expect(desk.mistakes({ file: 'open.json' })).toMatchObject([
        { sentence: expect.stringContaining('other users') },
      ]);
      desk.write({ databaseUrl }, 'closed.json');
      expect(desk.good({ file: 'closed.json' }).configuration.databaseUrl).toBe(databaseUrl);
      expect(named(desk.mistakes({ flags: { databaseUrl } }))).toEqual(['databaseUrl --database']);
      expect(desk.good({ environment: { PASSFOB_SERVICE_DATABASE_URL: databaseUrl } })).toBeDefined();
    }
    expect(desk.good({ flags: { databaseUrl: 'postgres://u@h/n' } }).configuration.databaseUrl).toBeDefined();
  });

  const tls = { tlsCertificate: '/c', tlsKey: '/k' };
  const publicUrl = 'https://otp.example.org';
  it.each([
    [{}, []],
    [{ host: '0.0.0.0' }, ['host']],
    [{ host: '::', ...tls }, []],
    [{ host: '0.0.0.0', trustedProxies: '10.0.0.1', publicUrl }, []],
    [{ trustedProxies: '10.0.0.1' }, ['trustedProxies']],
    [{ tlsCertificate: '/c' }, ['tlsCertificate']],
    [{ tlsKey: '/k' }, ['tlsKey']],
    [{ publicUrl }, ['publicUrl']],
    [{ publicUrl, ...tls }, []],
    [{ publicUrl: 'http://localhost:8480' }, []],
    [{ publicUrl: 'http://localhost:8480', ...tls }, ['publicUrl']],
  ])('settings that contradict each other are refused: %j', (flags, wrong) => {
    using desk = new Desk();
    expect(desk.mistakes({ flags }).map(({ setting }) => setting)).toEqual(wrong);
  });
});

describe('setting values', () => {
  it('RADIUS listens only when configured, by default on loopback', () => {
    using desk = new Desk();
    expect(desk.good({}).configuration.radius).toEqual([]);
    expect(desk.good({ flags: { radius: '' } }).configuration.radius).toEqual(['127.0.0.1:1812']);
    const flags = { radius: '192.0.2.1, ::1,[2001:db8::1]:1645' };
    const radius = ['192.0.2.1:1812', '[::1]:1812', '[2001:db8::1]:1645'];
    expect(desk.good({ flags }).configuration.radius).toEqual(radius);
    desk.write({ radius: true });
    expect(desk.good({}).configuration.radius).toEqual(['127.0.0.1:1812']);
  });

  it.each([
    ['port', ['0', '65535'], ['-1', '65536', '1e3', '0x50', ' 80', '8080.0', '']],
    [
      'host',
      ['127.0.0.1', '::', '::1', 'localhost', '0.0.0.0'],
      ['127.1', '0x7f.0.0.1', 'fe80::1%eth0', 'example.org', '*'],
    ],
    ['lockThreshold', ['0', '100'], ['101', '-1', 'three']],
    ['lockPeriodSeconds', ['1', '604800'], ['0', '604801', '15m']],
    ['logLevel', ['debug', 'silent'], ['trace', 'INFO']],
    [
      'radius',
      ['', 'on', 'off', '192.0.2.1', '127.0.0.1:0,[::1]:1812', '::1', '[2001:db8::1]'],
      ['yes', 'example.org', '127.0.0.1:65536', '127.1:1812', '[::1', '::1]:1812', '127.0.0.1:', '*:1812'],
    ],
    [
      'trustedProxies',
      ['10.0.0.1', '10.0.0.0/8, ::1', 'fd00::/8'],
      ['0.0.0.0/0', '::/0', '10.0.0.0/08', '10.0.0.1/', 'proxy', '10.0.0.1,,::1', '10.0.0.0/33'],
    ],
    ['databaseUrl', ['postgres://h/n', 'postgresql://u@h:5432/n'], ['mysql://h/n', 'h/n', 'postgres']],
    [
      'publicUrl',
      ['http://127.0.0.1:8480', 'http://localhost'],
      ['http://otp.example.org', 'https://h/path', 'https://u@h', 'https://h?x', 'ftp://h', 'h'],
    ],
  ] as const)('the setting %s accepts its valid values and refuses others', (name, right, wrong) => {
    using desk = new Desk();
    const settle = (value: string) => {
      const others =
        name === 'trustedProxies' ? { publicUrl: 'https://h', tlsCertificate: 'c', tlsKey: 'k' } : {};
      const open = name === 'host' ? { tlsCertificate: 'c', tlsKey: 'k' } : {};
      return desk.mistakes({ flags: { ...others, ...open, [name]: value } }).map(({ setting }) => setting);
    };
    for (const value of right) expect([value, settle(value)]).toEqual([value, []]);
    for (const value of wrong) expect([value, settle(value)]).toEqual([value, [name]]);
  });

  it('arbitrary configuration files are read or refused, and never make the reader fail', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...SETTING_NAMES), fc.jsonValue()), values => {
        using desk = new Desk();
        const { directory: _, ...rest } = values;
        desk.write(rest);
        const reading = desk.read();
        if (reading.mistakes !== undefined) expect(reading.mistakes.length).toBeGreaterThan(0);
        else expect(reading.configuration.port).toBeTypeOf('number');
      }),
    );
  });
});

it('the configuration is shown without the password, wherever it is set', () => {
  using desk = new Desk();
  const password = secret('kX9-wordpass-Lm3');
  for (const url of [
    `postgres://u:${password}@h/n`,
    `postgres://u@h/n?password=${password}&sslmode=verify-full`,
  ]) {
    const { configuration, origins } = desk.good({ environment: { PASSFOB_SERVICE_DATABASE_URL: url } });
    const shown = JSON.stringify(shownConfiguration(configuration, origins));
    expect(shown).not.toContain(password);
    expect(shown).toContain('***');
    expect(shown).toContain('PASSFOB_SERVICE_DATABASE_URL');
  }
});

it('every setting has one flag and one variable', () => {
  const places = SETTING_NAMES.flatMap(name => [settings[name].flag, settings[name].variable]);
  expect(new Set(places).size).toBe(places.length);
});
