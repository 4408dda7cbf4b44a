import { join } from 'node:path';
import { EXIT_CODES } from 'passfob/cli/base/exit-codes';
import { expect, it } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { describeNeeds } from '../../kit/tools.ts';
import { Authority, needsOpenssl } from '../../service/serve/certificates.ts';
import { fobAtHand, needsBuild } from '../../unit/host/kit/simulated-fob.ts';
import { clientBy } from './kit/fob.ts';
import { Peer } from './kit/peer.ts';
import { Workstation } from './kit/program.ts';
import { TestProxy } from './kit/proxy.ts';

const NAME = 'https://tokens.example.org';
const PLACE = 'tokens.example.org:443';

interface Checked {
  readonly steps: readonly { readonly hop: string; readonly ok: boolean; readonly code?: string }[];
}

const exits = (name: keyof typeof EXIT_CODES) => EXIT_CODES[name].code;

describeNeeds(
  { name: 'npm run build and openssl', found: needsBuild.found && needsOpenssl.found },
  'passfob agent behind a proxy',
  () => {
    it('an agent connects only to its proxy, and status and check print the same hosts as the log of the proxy', async () => {
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
      expect(proxy).toMatchObject({ targets: [PLACE], others: [] });
      const words = await station.run(['agent', 'check'], environment);
      expect(words.stdout).toContain(
        `The agent connects to the proxy ${here}, and to nothing else; the proxy has to allow CONNECT to ${PLACE}.`,
      );
      const printed = [agent.output, ...[status, check, words].flatMap(run => [run.stdout, run.stderr])];
      expect(printed.join()).not.toContain('password-of-the-proxy');
    });

    it('agent check tests every hop, names the blocked one, and ends with its exit code', async () => {
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
