import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from './free-port.ts';
import { secret } from './secrets.ts';

/** PostgreSQL of this test run: a separate cluster in a temporary folder, stopped and removed at the end. */
export interface Cluster {
  /** Address of its own database, with the password: from there others can be made (`makeDatabase`). A secret. */
  readonly address: string;
  stop(): Promise<void>;
}

/** The user PostgreSQL runs as: it refuses root, so root changes to `nobody`. */
function unprivileged(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/**
 * Starts a cluster on a free port of this computer.
 *
 * @param isDurable whether commits are flushed to the disk; without, a power cut loses data, a killed client does not
 */
export async function startCluster(folder: string, { isDurable = false } = {}): Promise<Cluster> {
  const directory = mkdtempSync(join(tmpdir(), 'passfob-postgres-'));
  const user = unprivileged();
  const password = secret(randomBytes(18).toString('base64url'));
  const passwordFile = join(directory, 'password');
  const data = join(directory, 'data');
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (user !== undefined) for (const path of [directory, passwordFile]) chownSync(path, user.uid, user.gid);
  const options = { cwd: directory, env: { PATH: process.env.PATH, LC_ALL: 'C' }, ...user };
  const words = ['-D', data, '-U', 'passfob', '-A', 'scram-sha-256', '--pwfile', passwordFile, '-E', 'UTF8'];
  execFileSync(join(folder, 'initdb'), [...words, '--no-sync', '--locale=C.UTF-8'], {
    ...options,
    stdio: 'pipe',
  });
  const port = await freePort();
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    fsync: isDurable ? 'on' : 'off',
    max_connections: '200',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = spawn(join(folder, 'postgres'), ['-D', data, ...flags], { ...options, stdio: 'ignore' });
  const address = `postgres://passfob:${password}@127.0.0.1:${port}/postgres`;
  await untilReady(address);
  return {
    address,
    async stop() {
      const ended = new Promise(resolve => server.once('exit', resolve));
      // "Fast" shutdown: open connections are ended.
      server.kill('SIGINT');
      await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/**
 * Makes an empty database in a cluster.
 * @returns its address
 */
export async function makeDatabase(cluster: string): Promise<string> {
  const name = `passfob_${randomBytes(6).toString('hex')}`;
  await query(cluster, `create database ${name} template template0`);
  const address = new URL(cluster);
  address.pathname = name;
  return address.href;
}

async function untilReady(address: string): Promise<void> {
  for (let attempt = 0; ; attempt++)
    try {
      return await query(address, 'select 1');
    } catch (error) {
      if (attempt === 300) throw error;
      await wait(50);
    }
}

async function query(address: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: address });
  try {
    await client.connect();
    await client.query(text);
  } finally {
    await client.end();
  }
}
