import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../kit/free-port.ts';
import { type Need, tool } from '../../../kit/tools.ts';
import { needsOpenssl } from '../../../service/serve/certificates.ts';
import { until } from './time.ts';

/** Debian's folder of the programs that check passwords. */
const HELPER = '/usr/lib/squid/basic_ncsa_auth';

function squidProgram(): string | undefined {
  const program = tool('squid') ?? ['/usr/sbin/squid'].find(existsSync);
  return existsSync(HELPER) ? program : undefined;
}

export const needsSquid: Need<string> = { name: 'squid', found: squidProgram() };

export interface SquidOptions {
  /** The name and port that CONNECT is allowed to; the name is this computer. */
  readonly name: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** Squid as a separate process, with its configuration, password file and log in a separate folder. */
export class Squid implements AsyncDisposable {
  readonly port: number;
  private readonly folder: string;
  private readonly child: ChildProcess;

  private constructor(folder: string, port: number, child: ChildProcess) {
    this.folder = folder;
    this.port = port;
    this.child = child;
  }

  static async start(program: string, options: SquidOptions): Promise<Squid> {
    const folder = mkdtempSync(join(tmpdir(), 'passfob-squid-'));
    const port = await freePort();
    // As root, Squid changes to this user, which must reach its folder.
    chmodSync(folder, 0o777);
    const digest = execFileSync(needsOpenssl.found ?? '', ['passwd', '-apr1', '-stdin'], {
      input: options.password,
    });
    writeFileSync(join(folder, 'passwords'), `${options.user}:${digest}`, { mode: 0o644 });
    writeFileSync(join(folder, 'hosts'), `127.0.0.1 ${options.name}\n`);
    writeFileSync(join(folder, 'squid.conf'), configuration(folder, port, options));
    const child = spawn(program, ['-N', '-f', join(folder, 'squid.conf')], { stdio: 'ignore' });
    const squid = new Squid(folder, port, child);
    let isUp = false;
    const look = () => {
      if (isUp || child.exitCode !== null) return;
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => {
        isUp = true;
        socket.destroy();
      });
      socket.once('error', () => setTimeout(look, 25));
    };
    look();
    await until(() => {
      if (child.exitCode !== null)
        throw new Error(`squid ended: ${readFileSync(join(folder, 'cache'), 'utf8')}`);
      return isUp;
    }, 'squid');
    return squid;
  }

  /** Returns its log: the requests and its answers, `200 tokens.example.org:443`. */
  log(): string[] {
    const text = readFileSync(join(this.folder, 'access'), 'utf8');
    // A connection that ends before any request is the probe for readiness.
    return text.split('\n').filter(line => /^[1-9]/.test(line));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill('SIGKILL');
    await until(() => this.child.exitCode !== null || this.child.signalCode !== null, 'the end of squid');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function configuration(folder: string, port: number, { name, port: target }: SquidOptions): string {
  const user = process.getuid?.() === 0 ? 'cache_effective_user proxy\n' : '';
  return `${user}http_port 127.0.0.1:${port}
auth_param basic program ${HELPER} ${join(folder, 'passwords')}
auth_param basic children 1
auth_param basic realm test
acl known proxy_auth REQUIRED
acl there dstdomain ${name}
acl its_port port ${target}
acl CONNECT method CONNECT
http_access allow CONNECT there its_port known
http_access deny all
hosts_file ${join(folder, 'hosts')}
cache deny all
pid_filename ${join(folder, 'pid')}
cache_log ${join(folder, 'cache')}
coredump_dir ${folder}
logformat short %>Hs %ru
access_log stdio:${join(folder, 'access')} short
pinger_enable off
shutdown_lifetime 0 seconds
visible_hostname test
`;
}
