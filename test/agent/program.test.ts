import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { EXIT_CODES } from '../../host/cli/exit-codes.ts';
import { connect } from '../../host/client/client.ts';
import { pipe } from '../../host/transports/pipe.ts';
import { openTcp } from '../../host/transports/tcp.ts';
import { needsBuild, type SimulatedFob, simulatedFob } from '../host/kit/simulated-fob.ts';
import { secret } from '../kit/secrets.ts';
import { describeNeeds } from '../kit/tools.ts';
import { Authority, needsOpenssl } from '../service/serve/certificates.ts';
import { Peer, type PeerConnection } from './kit/peer.ts';
import { Workstation } from './kit/program.ts';
import { TestProxy } from './kit/proxy.ts';
import { until } from './kit/time.ts';

// Each process takes a second to start, more where other tests keep the machine busy.
vi.setConfig({ testTimeout: 120_000 });

const NAME = 'https://tokens.example.org';
const PLACE = 'tokens.example.org:443';

async function fobAtHand(): Promise<SimulatedFob> {
  const fob = await simulatedFob();
  onTestFinished(() => fob.close());
  return fob;
}

/** A client of the fob at the far end of an agent's connection, as a service has it. */
function clientBy(connection: PeerConnection, fob = 0) {
  let read = 0;
  const { transport, receive } = pipe({
    name: 'the fob of an agent',
    write: async text => connection.say({ type: 'bytes', fob, text }),
    release: async () => {
      clearInterval(timer);
      connection.say({ type: 'release', fob });
    },
  });
  const timer = setInterval(() => {
    const text = connection.text(fob);
    if (text.length === read) return;
    const fresh = text.slice(read);
    read = text.length;
    receive(Uint8Array.from(fresh, character => character.charCodeAt(0)));
  }, 5);
  return connect(transport);
}

interface Checked {
  readonly steps: readonly { readonly hop: string; readonly ok: boolean; readonly code?: string }[];
}

const exits = (name: keyof typeof EXIT_CODES) => EXIT_CODES[name].code;

describeNeeds(needsBuild, 'passfob agent', () => {
  it('carries the bytes of a fob, releases its port, and shares it with other programs', async () => {
    await using station = new Workstation();
    await using peer = await Peer.start();
    const fob = await fobAtHand();
    const added = await station.run([
      'agent',
      'add',
      peer.origin,
      '--fingerprint',
      peer.fingerprint,
      '--json',
    ]);
    expect(added.json()).toMatchObject({ ok: true, url: peer.origin, agent: 'none' });
    const agent = station.start(['--port', fob.tcp, '--no-notify']);
    const connection = await peer.connection(0, 'fob');
    const [{ serial } = { serial: '' }] = connection.of('fob');
    const client = clientBy(connection);
    const hello = await client.hello();
    expect(hello.serial).toBe(serial);
    // While the service has it, nobody else does.
    const busy = await station.run(['info', '--port', fob.tcp]);
    expect(busy.exitCode).toBe(exits('port-busy'));
    await client.close();
    // The port is released a moment after it was said to be.
    const free = () => station.run(['devices', '--port', fob.tcp, '--json']);
    let devices = (await free()).json().devices as { serial: string }[];
    while (devices.length === 0) devices = (await free()).json().devices as { serial: string }[];
    expect(devices).toMatchObject([{ serial }]);
    connection.say({ type: 'standing', fob: 0, is: 'own' });
    await agent.said({ event: 'standing', standing: 'own', serial });
    const status = await station.run(['agent', 'status', '--json']);
    expect(status.json()).toMatchObject({
      fobs: [{ serial, port: 'tcp', isInUse: false }],
      services: [
        {
          url: peer.origin,
          name: 'Tokens',
          state: 'connected',
          by: 'websocket',
          proxy: null,
          connectsTo: `localhost:${peer.port}`,
          problem: null,
          fobs: [{ serial, standing: 'own' }],
        },
      ],
    });
    const words = await station.run(['agent', 'status']);
    expect(words.stdout).toContain(`${peer.origin} (Tokens): connected since `);
    expect(words.stdout).toContain(`  ${serial}  known\n`);
    const [, port] = fob.tcp.match(/:(\d+)$/) ?? [];
    expect(station.connectedTo()).toEqual(
      [`name localhost`, `tcp 127.0.0.1:${port}`, `tcp localhost:${peer.port}`].sort(),
    );
    expect(await agent.kill('SIGTERM')).toBe(0);
    await until(() => connection.isClosed);
    expect((await station.run(['agent', 'status'])).exitCode).toBe(exits('agent'));
  });

  it('asks a fob later that another program has, and says of it meanwhile', async () => {
    await using station = new Workstation();
    await using peer = await Peer.start();
    const fob = await fobAtHand();
    await station.run(['agent', 'add', peer.origin, '--fingerprint', peer.fingerprint]);
    const other = await openTcp('127.0.0.1', Number(fob.tcp.split(':').at(-1)));
    const agent = station.start(['--port', fob.tcp, '--no-notify']);
    await agent.said({ event: 'port', address: fob.tcp });
    expect(agent.events().find(({ event }) => event === 'port')).toMatchObject({
      problem: { kind: 'port-busy' },
    });
    expect((await peer.connection(0, 'open')).of('fob')).toEqual([]);
    await other.close();
    await peer.connection(0, 'fob');
  });

  it('is one for each user, also after one that was killed, and takes changes of its services at once', async () => {
    await using station = new Workstation();
    await using peer = await Peer.start();
    const first = station.start(['--port', 'tcp:127.0.0.1:9', '--no-notify']);
    await first.said({ event: 'port' });
    const second = station.start(['--port', 'tcp:127.0.0.1:9']);
    expect(await second.ended()).toBe(exits('agent'));
    expect(second.output).toContain('An agent of this user runs already.');
    expect(statSync(join(station.home, 'agent.sock')).mode & 0o777).toBe(0o600);
    const added = await station.run([
      'agent',
      'add',
      peer.origin,
      '--fingerprint',
      peer.fingerprint,
      '--json',
    ]);
    expect(added.json()).toMatchObject({ agent: 'running' });
    await first.said({ event: 'service', url: peer.origin, state: 'connected' });
    expect(statSync(join(station.home, 'agent.json')).mode & 0o777).toBe(0o600);
    const removed = await station.run(['agent', 'remove', peer.origin]);
    expect(removed.stdout).toBe(`The agent does not connect to ${peer.origin} any more.\n`);
    await until(() => peer.connections[0]?.isClosed === true);
    expect((await station.run(['agent', 'remove', peer.origin])).exitCode).toBe(exits('bad-input'));
    await first.kill('SIGKILL');
    expect(existsSync(join(station.home, 'agent.sock'))).toBe(true);
    expect((await station.run(['agent', 'status'])).exitCode).toBe(exits('agent'));
    const third = station.start(['--port', 'tcp:127.0.0.1:9', '--no-notify']);
    await third.said({ event: 'port' });
    expect((await station.run(['agent', 'status'])).exitCode).toBe(0);
  });

  it('adds no service by a fingerprint that nobody compared, or with a password where others read it', async () => {
    await using station = new Workstation();
    await using peer = await Peer.start();
    const add = (...args: string[]) => station.run(['agent', 'add', ...args]);
    const unattended = await add(peer.origin);
    expect([unattended.exitCode, peer.asked]).toEqual([exits('usage'), []]);
    const cases = [
      [peer.origin, '--fingerprint', 'abcd'],
      ['http://tokens.example.org', '--fingerprint', peer.fingerprint],
      [`${peer.origin}/path`, '--fingerprint', peer.fingerprint],
      [peer.origin, '--fingerprint', peer.fingerprint, '--proxy', 'socks5://proxy:1080'],
    ];
    for (const args of cases)
      expect([args, (await add(...args)).exitCode]).toEqual([args, exits('bad-input')]);
    const password = secret('password-on-a-command-line');
    const exposed = await add(
      peer.origin,
      '--fingerprint',
      peer.fingerprint,
      '--proxy',
      `http://a:${password}@p:1`,
    );
    expect(exposed.exitCode).toBe(exits('bad-input'));
    expect(existsSync(join(station.home, 'agent.json'))).toBe(false);
    // As people copy it.
    const groups = peer.fingerprint.toUpperCase().match(/.{4}/g)?.join(' ') ?? '';
    expect((await add(peer.origin, '--fingerprint', groups)).exitCode).toBe(0);
    expect(JSON.parse(readFileSync(join(station.home, 'agent.json'), 'utf8'))).toEqual({
      version: 1,
      services: [{ url: peer.origin, name: new URL(peer.origin).host, fingerprint: peer.fingerprint }],
    });
    chmodSync(join(station.home, 'agent.json'), 0o644);
    expect((await station.run(['agent', 'check'])).exitCode).toBe(exits('bad-input'));
  });

  it('shows a notification by the program of the system, which gets no password and no shell', async () => {
    await using station = new Workstation();
    await using peer = await Peer.start({ name: '<b>Tokens</b> $(id) \u202e' });
    const fob = await fobAtHand();
    const heard = join(station.home, 'heard');
    writeFileSync(
      join(station.home, 'notify-send'),
      `#!/bin/sh\nprintf '%s\\n' "$@" > '${heard}.new'\nenv >> '${heard}.new'\nmv '${heard}.new' '${heard}'\n`,
      { mode: 0o700 },
    );
    await station.run(['agent', 'add', peer.origin, '--fingerprint', peer.fingerprint]);
    const password = secret('password-in-the-environment');
    const agent = station.start(['--port', fob.tcp], {
      PATH: `${station.home}:${process.env.PATH}`,
      HTTPS_PROXY: `http://ada:${password}@127.0.0.1:9`,
    });
    const connection = await peer.connection(0, 'fob');
    connection.say({ type: 'notice', fob: 0, kind: 'request' });
    await until(() => existsSync(heard), 'the notification');
    const said = readFileSync(heard, 'utf8');
    if (process.platform === 'linux')
      expect(said).toContain(
        '--\nLook at your fob\nA log-in waits for a press on it: ?b?Tokens?/b? $(id) ?\n',
      );
    expect(said).not.toContain(password);
    expect(said).not.toContain('PROXY');
    await agent.said({ event: 'notice', notice: 'request' });
  });
});

describeNeeds(
  { name: 'npm run build and openssl', found: needsBuild.found && needsOpenssl.found },
  'passfob agent behind a proxy',
  () => {
    it('connects to nothing but it, and the hosts that status and check print are those of its log', async () => {
      using authority = new Authority();
      await using station = new Workstation();
      await using peer = await Peer.start({ tls: authority.issue('DNS:tokens.example.org'), origin: NAME });
      const fob = await fobAtHand();
      const login = `ada:${secret('password-of-the-proxy')}`;
      await using proxy = await TestProxy.start({ allowed: { [PLACE]: peer.port }, login });
      const environment = { HTTPS_PROXY: proxy.address.replace('//', `//${login}@`) };
      const here = `127.0.0.1:${proxy.port}`;
      await station.run(['agent', 'add', NAME, '--fingerprint', peer.fingerprint, '--ca', authority.file]);
      const agent = station.start(['--port', fob.tcp, '--no-notify'], environment);
      const connection = await peer.connection(0, 'fob');
      const hello = await clientBy(connection).hello();
      expect(hello.serial).toBe(connection.of('fob')[0]?.serial);
      peer.webSocket = false;
      peer.cutAll();
      const polled = await peer.connection(1, 'fob');
      expect(polled.by).toBe('polling');
      expect((await clientBy(polled).hello()).serial).toBe(hello.serial);
      const status = await station.run(['agent', 'status', '--json'], environment);
      expect(status.json()).toMatchObject({
        services: [{ by: 'polling', connectsTo: here, proxy: { address: here, source: 'HTTPS_PROXY' } }],
      });
      const fobPlace = `tcp ${fob.tcp.slice('tcp:'.length)}`;
      expect(station.connectedTo()).toEqual([fobPlace, `tcp ${here}`].sort());
      expect(proxy.targets).toEqual([PLACE]);
      await agent.kill('SIGTERM');
      proxy.log.splice(0);
      const check = await station.run(['agent', 'check', '--json'], environment);
      expect([check.exitCode, check.json()]).toMatchObject([
        0,
        { services: [{ url: NAME, connectsTo: [here], proxyAllows: PLACE, problem: null }] },
      ]);
      expect(proxy.targets).toEqual([PLACE]);
      expect(proxy.others).toEqual([]);
      const words = await station.run(['agent', 'check'], environment);
      expect(words.stdout).toContain(
        `The agent connects to the proxy ${here}, and to nothing else; the proxy has to allow CONNECT to ${PLACE}.`,
      );
      const printed = [agent.output, ...[status, check, words].flatMap(run => [run.stdout, run.stderr])];
      expect(printed.join()).not.toContain('password-of-the-proxy');
    });

    it('checks every hop, says what is blocked, and ends with the code of that', async () => {
      using authority = new Authority();
      await using station = new Workstation();
      const start = (names: string, years?: readonly [number, number]) =>
        Peer.start({ tls: authority.issue(names, years), origin: NAME });
      await using peer = await start('DNS:tokens.example.org');
      await using expired = await start('DNS:tokens.example.org', [2020, 2021]);
      await using other = await start('DNS:other.example');
      await using plain = await Peer.start();
      await using proxy = await TestProxy.start({ allowed: { [PLACE]: peer.port } });
      const { address } = proxy;
      const check = async (...args: string[]) => {
        const run = await station.run(['agent', 'check', NAME, '--proxy', address, '--json', ...args]);
        const said = run.json() as { services?: Checked[]; error?: { details: { services: Checked[] } } };
        const [service] = said.error?.details.services ?? said.services ?? [];
        const exit = Object.entries(EXIT_CODES).find(([, { code }]) => code === run.exitCode)?.[0];
        const steps = service?.steps.map(({ hop, ok, code }) => `${hop}${ok ? '' : ` ${code ?? '-'}`}`);
        return [exit, steps?.join(', ')];
      };
      const ca = ['--ca', authority.file];
      const way = 'settings, connect, proxy';
      expect(await check(...ca)).toEqual(['ok', `${way}, tls, http, websocket, poll, identity`]);
      peer.webSocket = false;
      expect(await check(...ca)).toEqual(['ok', `${way}, tls, http, websocket no-websocket, poll, identity`]);
      peer.polls = false;
      expect(await check(...ca)).toEqual([
        'service-silent',
        `${way}, tls, http, websocket no-websocket, poll no-polls`,
      ]);
      expect(await check()).toEqual(['certificate', `${way}, tls unknown-authority, tls -`]);
      proxy.options = { allowed: { [PLACE]: expired.port } };
      expect(await check(...ca)).toEqual(['certificate', `${way}, tls not-valid-now, tls -`]);
      proxy.options = { allowed: { [PLACE]: other.port } };
      expect(await check(...ca)).toEqual(['certificate', `${way}, tls wrong-host, tls -`]);
      proxy.options = { allowed: { [PLACE]: plain.port } };
      expect(await check(...ca)).toEqual(['service-silent', `${way}, tls no-tls`]);
      proxy.options = { allowed: {} };
      expect(await check()).toEqual(['proxy', 'settings, connect, proxy proxy-forbids']);
      proxy.options = { allowed: {}, login: secret('ada:another-password') };
      expect(await check()).toEqual(['proxy', 'settings, connect, proxy proxy-login']);
      expect(await check('--proxy-login', join(station.home, 'none'))).toEqual([
        'bad-input',
        'settings bad-input',
      ]);
      await proxy[Symbol.asyncDispose]();
      expect(await check()).toEqual(['proxy', 'settings, connect proxy-refused']);
      expect((await station.run(['agent', 'check'])).exitCode).toBe(exits('agent'));
      expect((await station.run(['agent', 'check', `${plain.origin}`])).exitCode).toBe(0);
    });
  },
);
