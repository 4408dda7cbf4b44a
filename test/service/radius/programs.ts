import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for one test, with the secret in a file, so that no secret is on a command line. */
export class Folder implements Disposable {
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

export interface Said {
  readonly code: number | null;
  readonly text: string;
}

/** The address of a service, and a client's secret. */
export interface Gate {
  readonly port: number;
  readonly shared: string;
  readonly patience?: Patience;
}

export interface Patience {
  readonly seconds: number;
  readonly tries: number;
}

/** Runs radclient, which checks both signatures of a response (`-b`: Message-Authenticator is required). */
export async function radclient(
  path: string,
  { port, shared, patience = { seconds: 1, tries: 3 } }: Gate,
  pairs: string,
): Promise<Said> {
  using folder = new Folder();
  const file = folder.write('secret', `${shared}\n`);
  const { seconds, tries } = patience;
  const args = ['-x', '-b', '-r', `${tries}`, '-t', `${seconds}`, '-S', file, `127.0.0.1:${port}`, 'auth'];
  const child = spawn(path, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', data => (text += String(data)));
  child.stdin.end(pairs);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, text: text.slice(text.indexOf('Received')) };
}
