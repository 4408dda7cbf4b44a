import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { radiusTexts } from '@passfob/service/base/texts/radius';
import { answerPush, endPush } from '@passfob/service/subjects/push/delivery';
import { changeRadiusClient } from '@passfob/service/subjects/radius-clients/acts';
import { expect, test } from 'vitest';
import { isBigRun, LONG } from '../../kit/counts.ts';
import { freePort } from '../../kit/free-port.ts';
import { secret } from '../../kit/secrets.ts';
import { describeNeeds, needsTool } from '../../kit/tools.ts';
import { documented } from '../../system/integrations/documented.ts';
import { add, codeAt, codeNow, newToken, stepAt } from '../kit.ts';
import { PushFob } from '../push/kit.ts';
import { accepted, grace } from '../users/kit.ts';
import { RadiusRig } from './kit.ts';
import { Folder, type Patience, radclient, type Said } from './programs.ts';

const SECOND_MS = 1_000;
const client = needsTool('radclient').found ?? '';

describeNeeds(needsTool('freeradius'), 'a FreeRADIUS proxy in front of the service', path => {
  test('a log-in, a refusal, a challenge and a push pass through FreeRADIUS', async () => {
    await using rig = await RadiusRig.open();
    const token = await add(rig.service, newToken());
    await rig.office.users('eve');
    const fob = await PushFob.of(rig.office, 'eve');
    await using proxy = await FreeRadius.start(path, rig);
    const passcode = codeNow(token, rig.nowMs);
    expect((await proxy.logIn('ada', passcode)).text).toContain('Received Access-Accept');
    expect((await proxy.logIn('ada', passcode)).text).toContain('Received Access-Reject');
    expect((await proxy.logIn('nobody', passcode)).text).toContain('Received Access-Reject');
    const later = codeAt(token, stepAt(token, rig.nowMs) + 10);
    expect((await proxy.logIn('ada', later)).text).toContain('Received Access-Challenge');
    // A push: the empty passcode, State and number pass through the proxy.
    const asked = await proxy.logIn('eve', '');
    expect(asked.text).toContain('Received Access-Challenge');
    expect(asked.text).toMatch(
      /Reply-Message = "Hold the button of your fob for a second if it shows \d\d\./,
    );
    await fob.approve();
    const state = /State = (0x[0-9a-f]+)/.exec(asked.text)?.[1];
    expect((await proxy.logIn('eve', '', `, State = ${state}`)).text).toContain('Received Access-Accept');
  });

  test('FreeRADIUS does not pass on EAP, CHAP and MS-CHAP', async () => {
    await using rig = await RadiusRig.open();
    await using proxy = await FreeRadius.start(path, rig);
    for (const pairs of [
      'User-Name = "ada", EAP-Message = 0x0200000801616461',
      'User-Name = "ada", CHAP-Password = "123456"',
      'User-Name = "ada", MS-CHAP-Challenge = 0x0001020304050607, MS-CHAP2-Response = 0x00',
    ])
      expect((await proxy.ask(pairs)).text).toContain('Received Access-Reject');
    // Only one of them reached the service, which rejected it.
    expect((await proxy.logIn('ada', '000000')).text).toContain(radiusTexts.refused);
    expect(await rig.fates()).toMatchObject({ reject: 1 });
    expect(await rig.service.events()).toHaveLength(1);
  });

  test('FreeRADIUS accepts the settings for waiting clients unchanged, and passes on the result of the push', {
    ...LONG,
    timeout: 300_000,
  }, async () => {
    await using rig = await RadiusRig.open();
    const { management } = rig.office;
    accepted(await changeRadiusClient(management, grace, { id: rig.clientId, push: 'wait' }));
    await rig.office.users('eve');
    const fob = await PushFob.of(rig.office, 'eve');
    await using proxy = await FreeRadius.start(path, rig, 'wait');
    // FreeRADIUS logs "Ignoring" when it replaces a configured time.
    expect(proxy.log).not.toContain('Ignoring');
    // The same packet again is the same log-in, where the proxy's answer was lost or late.
    const logIn = () => proxy.logIn('eve', '', '', { seconds: 60, tries: 2 });
    const shown = async () => {
      await expect.poll(() => fob.isAsked()).toBe(true);
      return await fob.show();
    };
    const answering = logIn();
    const { question, ...claimed } = await shown();
    await answerPush(management, claimed, fob.answer(question));
    expect((await answering).text).toContain('Received Access-Accept');
    const refusing = logIn();
    const asked = await shown();
    // In a long run, nobody presses until the full time is over.
    const pass = () => {
      rig.rig.clock.nowMs += SECOND_MS;
    };
    const time = isBigRun ? setInterval(pass, SECOND_MS) : undefined;
    if (!isBigRun) await endPush(management, asked, 'denied');
    const { text } = await refusing;
    clearInterval(time);
    expect(text).toContain('Received Access-Reject');
    // A refusal by the proxy itself has no Reply-Message.
    expect(text).toContain(radiusTexts.refused);
  });
});

/** FreeRADIUS with the settings of docs/integrations/freeradius.md. */
class FreeRadius implements AsyncDisposable {
  readonly #folder: Folder;
  readonly #process: ChildProcess;
  readonly #gate: { readonly port: number; readonly shared: string };
  log = '';

  private constructor(folder: Folder, process: ChildProcess, gate: { port: number; shared: string }) {
    this.#folder = folder;
    this.#process = process;
    this.#gate = gate;
  }

  /** @param push the client's push mode in the service */
  static async start(path: string, rig: RadiusRig, push: 'challenge' | 'wait' = 'challenge') {
    const folder = new Folder();
    const gate = { port: await freePort('udp'), shared: secret('between-client-and-proxy') };
    folder.write('radiusd.conf', configuration(folder.path, gate, rig, push));
    const args = ['-f', '-l', 'stdout', '-d', folder.path, '-D', '/usr/share/freeradius', '-n', 'radiusd'];
    const child = spawn(path, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const proxy = new FreeRadius(folder, child, gate);
    await new Promise<void>((resolve, reject) => {
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', data => {
          proxy.log += String(data);
          if (proxy.log.includes('Ready to process requests')) resolve();
        });
      child.once('exit', () => reject(new Error(`FreeRADIUS ended: ${proxy.log}`)));
    });
    return proxy;
  }

  logIn(user: string, password: string, more = '', patience?: Patience): Promise<Said> {
    return this.ask(`User-Name = "${user}", User-Password = "${password}"${more}`, patience);
  }

  ask(pairs: string, patience?: Patience): Promise<Said> {
    const gate = { ...this.#gate, ...(patience !== undefined && { patience }) };
    return radclient(client, gate, `${pairs}\n`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.removeAllListeners('exit');
    this.#process.kill();
    await once(this.#process, 'close');
    this.#folder[Symbol.dispose]();
  }
}

/** Returns the documented configuration, reduced to forwarding. */
function configuration(
  folder: string,
  { port, shared }: { readonly port: number; readonly shared: string },
  rig: RadiusRig,
  push: 'challenge' | 'wait',
): string {
  const page = (language: string, changes: readonly (readonly [string, string])[] = []) =>
    documented('freeradius', language, changes);
  const window: readonly [string, string] = ['  response_window = 20\n', page('waiting')];
  return `
name = radiusd
logdir = ${folder}
run_dir = ${folder}
libdir = /usr/lib/freeradius
raddbdir = ${folder}
proxy_requests = yes
${push === 'wait' ? page('radiusd') : 'max_request_time = 30'}
security { require_message_authenticator = yes
  limit_proxy_state = yes
}
thread pool { start_servers = 1
  max_servers = 2
  min_spare_servers = 1
  max_spare_servers = 2
}
client here { ipaddr = 127.0.0.1
  secret = ${shared}
  require_message_authenticator = yes
}
${page('proxy', [['port = 1812', `port = ${rig.port}`], ['SECRET', rig.secret], ...(push === 'wait' ? [window] : [])])}
server default {
  listen { type = auth
    ipaddr = 127.0.0.1
    port = ${port}
  }
  authorize {
    ${page('site')}
  }
  authenticate {
  }
}
modules {
}
`;
}
