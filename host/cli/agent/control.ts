import { createHash } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { FobError, systemCode } from '../../errors.ts';
import { FileLocked, takeLock } from '../../file-lock.ts';
import { isNativeDatabaseMissing, NATIVE_DATABASE_TEXT } from '../../native-database.ts';
import {
  CONTROL_ANSWER_CHARS_MAX,
  CONTROL_PATH_CHARS_MAX,
  CONTROL_REQUEST_CHARS_MAX,
  CONTROL_TIMEOUT_MS,
} from './limits.ts';
import { agentTexts } from './texts.ts';

/**
 * A request to a running agent: report its status, read its settings again, or put off the tasks of a fob that need a
 * hold.
 */
export type ControlRequest = 'status' | 'reload' | `later ${string}`;

const LATER = /^later [\x21-\x7e]{1,32}$/;

/** Returns the request in a line; undefined for anything else. */
function readRequest(line: string): ControlRequest | undefined {
  if (line === 'status' || line === 'reload') return line;
  return LATER.test(line) ? (line as ControlRequest) : undefined;
}

/** Returns the address of a folder's agent: a socket for this user alone; on Windows a pipe. */
function controlPath(directory: string): string {
  if (process.platform !== 'win32') return join(directory, 'agent.sock');
  const name = createHash('sha256').update(directory).digest('hex');
  return `\\\\.\\pipe\\passfob-agent-${name}`;
}

/** The lock and socket of the process that is the agent of its folder. */
export interface Held {
  readonly release: () => Promise<void>;
}

/**
 * Makes this process the only agent of its folder, and answers requests of other processes.
 * @throws FobError `agent` if another agent runs
 */
export async function holdControl(
  directory: string,
  answer: (request: ControlRequest) => Promise<object>,
): Promise<Held> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const unlock = takeAgentLock(directory);
  try {
    const server = await listen(controlPath(directory), answer);
    return {
      async release() {
        await new Promise(resolve => server.close(resolve));
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

function takeAgentLock(directory: string): () => void {
  try {
    return takeLock(join(directory, 'agent.lock'));
  } catch (cause) {
    if (cause instanceof FileLocked) throw new FobError('agent', { ...agentTexts.another, cause });
    if (isNativeDatabaseMissing(cause)) throw new FobError('agent', { ...NATIVE_DATABASE_TEXT, cause });
    throw cause;
  }
}

async function listen(path: string, answer: (request: ControlRequest) => Promise<object>): Promise<Server> {
  if (path.length > CONTROL_PATH_CHARS_MAX) throw new FobError('agent', agentTexts.longPath);
  // A socket left by a killed agent: the lock proves that no other agent runs.
  if (process.platform !== 'win32') rmSync(path, { force: true });
  const server = createServer(socket => serve(socket, answer));
  // No other user may connect, not even before a chmod would take effect.
  const mask = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
    });
  } finally {
    process.umask(mask);
  }
  return server;
}

function serve(socket: Socket, answer: (request: ControlRequest) => Promise<object>): void {
  let asked = '';
  socket.setTimeout(CONTROL_TIMEOUT_MS, () => socket.destroy());
  socket.on('error', () => undefined);
  socket.on('data', chunk => {
    asked += chunk.toString('latin1');
    if (asked.length > CONTROL_REQUEST_CHARS_MAX) socket.destroy();
    if (!asked.endsWith('\n')) return;
    const request = readRequest(asked.trim());
    if (request === undefined) return void socket.destroy();
    answer(request).then(
      document => void socket.end(JSON.stringify(document)),
      () => void socket.destroy(),
    );
  });
}

/** Sends a request to the agent of a folder. @returns undefined if none runs */
export function askAgent(directory: string, request: ControlRequest): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const socket = connect(controlPath(directory));
    let said = '';
    socket.setTimeout(CONTROL_TIMEOUT_MS, () => socket.destroy(new Error('no answer in time')));
    socket.once('error', cause => {
      const isNone = ['ENOENT', 'ECONNREFUSED', 'ENOTDIR'].includes(systemCode(cause));
      if (isNone) resolve(undefined);
      else reject(new FobError('agent', { ...agentTexts.mute, cause }));
    });
    socket.once('connect', () => socket.write(`${request}\n`));
    socket.on('data', chunk => {
      said += chunk.toString('utf8');
      if (said.length > CONTROL_ANSWER_CHARS_MAX) socket.destroy(new Error('the answer is too long'));
    });
    socket.once('end', () => {
      try {
        resolve(JSON.parse(said));
      } catch (cause) {
        reject(new FobError('agent', { ...agentTexts.mute, cause }));
      }
    });
  });
}
