import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '../../kit/free-port.ts';
import type { Issued } from './certificates.ts';

/** The nginx configuration in docs/operations.md. */
const documented =
  /```nginx\n(.*?)```/s.exec(
    readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8'),
  )?.[1] ?? '';

/** nginx with the documented configuration, with other ports and paths only. */
export class Nginx implements AsyncDisposable {
  readonly port: number;
  readonly #folder: string;
  readonly #child: ChildProcess;

  private constructor(port: number, folder: string, child: ChildProcess) {
    this.port = port;
    this.#folder = folder;
    this.#child = child;
  }

  /** @param backend the port to which it forwards requests */
  static async start(program: string, { cert, key }: Issued, backend: string): Promise<Nginx> {
    const port = await freePort();
    const folder = mkdtempSync(join(tmpdir(), 'passfob-nginx-'));
    let site = documented;
    for (const [as, here] of [
      ['listen 443 ssl', `listen 127.0.0.1:${port} ssl`],
      ['/etc/ssl/otp.pem', cert],
      ['/etc/ssl/private/otp.key', key],
      ['http://127.0.0.1:8480', `http://127.0.0.1:${backend}`],
    ] as const) {
      if (!site.includes(as)) throw new Error(`the documented configuration has no ${as}`);
      site = site.replace(as, here);
    }
    const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
    const folders = kinds.map(kind => `${kind}_temp_path ${join(folder, kind)};`).join('\n');
    const file = join(folder, 'nginx.conf');
    writeFileSync(
      file,
      `daemon off; master_process off; pid ${join(folder, 'pid')}; error_log stderr error;
events {}
http { access_log off; ${folders}
${site}}`,
    );
    const child = spawn(program, ['-p', folder, '-c', file, '-e', 'stderr'], { stdio: 'inherit' });
    await untilListening(port);
    return new Nginx(port, folder, child);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function untilListening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    const isOpen = await new Promise<boolean>(resolve => {
      const socket = connect(port, '127.0.0.1', () => socket.end(() => resolve(true)));
      socket.once('error', () => resolve(false));
    });
    if (isOpen) return;
    await wait(20);
  }
  throw new Error('nginx does not listen');
}
