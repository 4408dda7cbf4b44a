import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { answerPush } from '../../../host/service/push/delivery.ts';
import { documented } from '../../integrations/documented.ts';
import { freePort } from '../../kit/free-port.ts';
import { secret } from '../../kit/secrets.ts';
import { describeNeeds, itNeeds, needsTool } from '../../kit/tools.ts';
import { add, codeAt, codeNow, newToken, stepAt } from '../kit.ts';
import { PushFob } from '../push/kit.ts';
import { RadiusRig } from './kit.ts';

/** A folder for one test, with the secret in a file: nothing secret stands on a command line. */
class Folder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'passfob-radius-'));

  write(name: string, text: string): string {
    const path = join(this.path, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

interface Said {
  readonly code: number | null;
  readonly text: string;
}

/** Runs radclient, which checks both signatures of what comes (`-b`: Message-Authenticator must be there). */
async function radclient(path: string, port: number, shared: string, pairs: string): Promise<Said> {
  using folder = new Folder();
  const file = folder.write('secret', `${shared}\n`);
  const args = ['-x', '-b', '-r', '20', '-t', '1', '-S', file, `127.0.0.1:${port}`, 'auth'];
  const child = spawn(path, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', data => (text += String(data)));
  child.stdin.end(pairs);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, text: text.slice(text.indexOf('Received')) };
}

describeNeeds(needsTool('radclient'), 'radclient of FreeRADIUS', path => {
  test('accept, reject and challenge', async () => {
    await using rig = await RadiusRig.open();
    const token = await add(rig.service, newToken());
    const ask = (password: string, more = '') =>
      radclient(path, rig.port, rig.secret, `User-Name = "ada", User-Password = "${password}"${more}\n`);
    const passcode = codeNow(token, rig.nowMs);
    const accept = await ask(passcode, ', Proxy-State = 0x6f6e65');
    expect(accept.text).toContain('Received Access-Accept');
    expect(accept.text).toContain('Proxy-State = 0x6f6e65');
    expect(accept.code).toBe(0);
    const reject = await ask(passcode);
    expect(reject.text).toContain('Received Access-Reject');
    expect(reject.text).toContain('Reply-Message = "The user name or passcode was not accepted."');
    expect(reject.code).not.toBe(0);
    const ahead = (steps: number) => codeAt(token, stepAt(token, rig.nowMs) + steps);
    const challenge = await ask(ahead(10));
    expect(challenge.text).toContain('Received Access-Challenge');
    const state = /State = (0x[0-9a-f]+)/.exec(challenge.text)?.[1];
    const again = await ask(ahead(11), `, State = ${state}`);
    expect(again.text).toContain('Received Access-Challenge');
    expect(again.text).toContain('Your fob was found again');
    expect((await ask(ahead(12))).text).toContain('Received Access-Accept');
  });

  test('what was lost on the way comes again, without another decision or an alert', async () => {
    await using rig = await RadiusRig.open();
    const token = await add(rig.service, newToken());
    // Between the two: the first answer is lost.
    const front = createSocket('udp4').bind(0, '127.0.0.1');
    const back = createSocket('udp4').bind(0, '127.0.0.1');
    await Promise.all([once(front, 'listening'), once(back, 'listening')]);
    let client = 0;
    const answers: Buffer[] = [];
    front.on('message', (bytes, { port }) => {
      client = port;
      back.send(bytes, rig.port, '127.0.0.1');
    });
    back.on('message', bytes => {
      answers.push(bytes);
      if (answers.length > 1) front.send(bytes, client, '127.0.0.1');
    });
    const pairs = `User-Name = "ada", User-Password = "${codeNow(token, rig.nowMs)}"\n`;
    const { text } = await radclient(path, front.address().port, rig.secret, pairs);
    front.close();
    back.close();
    expect(text).toContain('Received Access-Accept');
    expect(answers[0]?.equals(answers[1] ?? Buffer.alloc(0))).toBe(true);
    expect(await rig.service.events()).toHaveLength(1);
    expect(await rig.service.alerts()).toEqual([]);
  });
});

itNeeds(needsTool('freeradius'), 'a FreeRADIUS proxy in front of the service', async path => {
  const client = needsTool('radclient').found;
  if (client === undefined) throw new Error('Debian installs radclient with it');
  await using rig = await RadiusRig.open();
  const token = await add(rig.service, newToken());
  await rig.office.users('eve');
  const fob = await PushFob.of(rig.office, 'eve');
  using folder = new Folder();
  const shared = secret('between-client-and-proxy');
  const port = await freePort('udp');
  folder.write('radiusd.conf', proxyConfiguration(folder.path, port, shared, rig));
  const args = ['-f', '-l', 'stdout', '-d', folder.path, '-D', '/usr/share/freeradius', '-n', 'radiusd'];
  const proxy = spawn(path, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  const isReady = new Promise<void>((resolve, reject) => {
    for (const stream of [proxy.stdout, proxy.stderr])
      stream.on('data', data => {
        log += String(data);
        if (log.includes('Ready to process requests')) resolve();
      });
    proxy.once('exit', () => reject(new Error(`FreeRADIUS ended: ${log}`)));
  });
  try {
    await isReady;
    const ask = (user: string, password: string, more = '') =>
      radclient(client, port, shared, `User-Name = "${user}", User-Password = "${password}"${more}\n`);
    const passcode = codeNow(token, rig.nowMs);
    expect((await ask('ada', passcode)).text).toContain('Received Access-Accept');
    expect((await ask('ada', passcode)).text).toContain('Received Access-Reject');
    expect((await ask('nobody', passcode)).text).toContain('Received Access-Reject');
    const later = codeAt(token, stepAt(token, rig.nowMs) + 10);
    expect((await ask('ada', later)).text).toContain('Received Access-Challenge');
    // A press: an empty passcode is passed on, and so are State and number.
    const asked = await ask('eve', '');
    expect(asked.text).toContain('Received Access-Challenge');
    expect(asked.text).toMatch(/Reply-Message = "Hold the button of your fob if it shows \d\d\./);
    const { question, ...claimed } = await fob.show();
    await answerPush(rig.office.management, claimed, fob.answer(question));
    const state = /State = (0x[0-9a-f]+)/.exec(asked.text)?.[1];
    expect((await ask('eve', '', `, State = ${state}`)).text).toContain('Received Access-Accept');
  } finally {
    proxy.removeAllListeners('exit');
    proxy.kill();
    await once(proxy, 'close');
  }
});

/** FreeRADIUS as docs/integrations/freeradius.md has it, reduced to passing on. */
function proxyConfiguration(folder: string, port: number, shared: string, rig: RadiusRig): string {
  return `
name = radiusd
logdir = ${folder}
run_dir = ${folder}
libdir = /usr/lib/freeradius
raddbdir = ${folder}
proxy_requests = yes
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
${documented('freeradius', 'proxy', [
  ['port = 1812', `port = ${rig.port}`],
  ['SECRET', rig.secret],
])}
server default {
  listen { type = auth
    ipaddr = 127.0.0.1
    port = ${port}
  }
  authorize {
    ${documented('freeradius', 'site', [])}
  }
  authenticate {
  }
}
modules {
}
`;
}
