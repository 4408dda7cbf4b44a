/**
 * Runs the program of the simulator in a process of its own that has given up what an image would like to have: other
 * programs, native code and the files of its user. This process starts the programs that it needs.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { base64Of, bytesOfBase64 } from '../../base/base64.ts';
import type { Wire } from '../../base/fob.ts';
import { TEMPORARY } from '../../base/node/open-anew.ts';
import { type PtyFront, PtyUnavailable, ptyFront } from '../../ports/pty.ts';
import { lockStorage } from '../../recording/state/lock.ts';
import { fileStore } from '../../recording/state/stores.ts';
import type { Answer, Deed, ToChild, ToParent } from './messages.ts';

/** The options of the simulator that name files, or need more than its process may do. */
interface Files {
  readonly storage?: string | undefined;
  readonly pty?: string | undefined;
  readonly trace?: string | undefined;
  readonly traceKey?: string | undefined;
  readonly faults?: string | undefined;
  readonly firmware?: string | undefined;
  readonly controlSocket?: string | undefined;
  readonly attach?: boolean;
}

/** The kernel's virtual USB controller (`--attach`). */
const USB_CONTROLLER = '/sys/devices/platform/vhci_hcd.0/*';

/** The folders of our packages and of those that they use: the program may be of the emulator. */
function packageFolders(main: string): string[] {
  const simulator = createRequire(main).resolve('@passfob/simulator/package.json');
  const require = createRequire(simulator);
  const needed = ['firmware', 'protocol'].map(name => require.resolve(`@passfob/${name}/package.json`));
  const ours = [dirname(dirname(main)), ...[simulator, ...needed].map(path => dirname(path))];
  const modules = require.resolve.paths('@passfob/firmware') ?? [];
  return [...ours, ...ours.map(folder => realpathSync(folder)), ...modules]
    .filter(path => existsSync(path))
    .map(path => join(path, '*'));
}

function withRealPaths(files: readonly (string | undefined)[]): string[] {
  const named = files.filter(file => file !== undefined).map(file => resolve(file));
  return [...named, ...named.filter(file => existsSync(file)).map(file => realpathSync(file))];
}

/** Returns the options of Node by which the process gives up all else. Node 20 fails on a path that comes twice. */
export function permissions(main: string, options: Files): string[] {
  const { storage, trace, traceKey, faults, firmware, controlSocket, attach } = options;
  const traces = withRealPaths([trace]);
  const written = [
    ...withRealPaths([storage, controlSocket]),
    // A trace begins anew under another name (`openAnew`).
    ...traces,
    ...traces.map(path => `${path}${TEMPORARY}*`),
    ...(attach ? [USB_CONTROLLER] : []),
  ];
  const read = [...written, ...withRealPaths([traceKey, faults, firmware])];
  // A name by itself until Node 22.
  const on = process.allowedNodeEnvironmentFlags.has('--permission')
    ? '--permission'
    : '--experimental-permission';
  return [
    on,
    // Of the versions of Node that calls the permissions an experiment.
    '--no-warnings',
    ...[...new Set([...packageFolders(main), ...read])].map(path => `--allow-fs-read=${path}`),
    ...[...new Set(written)].map(path => `--allow-fs-write=${path}`),
  ];
}

/** Does what the process of the interpreter may not do. */
class Helper {
  readonly #child: ChildProcess;
  readonly #options: Files;
  #front: PtyFront | undefined;
  #unlock: (() => void) | undefined;
  #toTerminal: (bytes: Uint8Array) => void = () => undefined;

  constructor(child: ChildProcess, options: Files) {
    this.#child = child;
    this.#options = options;
    child.on('message', message => this.#take(message as ToParent));
  }

  /** Closes everything, once the process has ended. */
  async close(): Promise<void> {
    await this.#front?.close();
    this.#unlock?.();
  }

  #send(message: ToChild): void {
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  #take(message: ToParent): void {
    if ('bytes' in message) {
      this.#toTerminal(bytesOfBase64(message.bytes) ?? new Uint8Array());
      return;
    }
    const { id, deed } = message;
    void this.#do(deed).then(
      done => this.#send({ id, ...done }),
      (error: unknown) =>
        this.#send(
          error instanceof PtyUnavailable
            ? { id, unavailable: error.reasons }
            : { id, refused: error instanceof Error ? error.message : String(error) },
        ),
    );
  }

  async #do(deed: Deed): Promise<Omit<Answer, 'id'>> {
    if (deed === 'start') this.#start();
    else if (deed === 'open') return { path: await this.#open() };
    else await this.#front?.[deed]();
    return {};
  }

  /** The lock names the process that writes the file. The file is there before it, whose folder it may not change. */
  #start(): void {
    const { storage } = this.#options;
    if (storage === undefined || this.#child.pid === undefined) return;
    this.#unlock = lockStorage(storage, this.#child.pid);
    fileStore(storage).close();
  }

  async #open(): Promise<string> {
    const { pty } = this.#options;
    const wire: Wire = {
      write: bytes => this.#send({ bytes: base64Of(bytes) }),
      onData: listener => {
        this.#toTerminal = listener;
        return () => {
          this.#toTerminal = () => undefined;
        };
      },
    };
    const link = pty === undefined || pty === '' ? {} : { link: pty };
    this.#front = await ptyFront(wire, { ...link, onLost: why => this.#send({ lost: why }) });
    return this.#front.path;
  }
}

/**
 * Runs the simulator on this process's standard streams until it ends.
 * @param main its program
 * @param argv0 its name in help and messages
 * @returns its exit code
 */
export async function runPermitted(
  main: string,
  args: readonly string[],
  options: Files,
  argv0: string,
): Promise<number> {
  const child = spawn(process.execPath, [...permissions(main, options), main, ...args], {
    argv0,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    windowsHide: true,
  });
  const helper = new Helper(child, options);
  // A terminal sends Ctrl-C to both processes, a script to this one only. The simulator ends once, however often it is
  // told so, and this process after it.
  const forward = (signal: NodeJS.Signals) => child.kill(signal);
  // On Windows `kill` ends a process in the middle of its work, and only a console interrupts.
  const interrupt = (signal: NodeJS.Signals) => process.platform === 'win32' || forward(signal);
  process.on('SIGTERM', forward).on('SIGHUP', forward).on('SIGINT', interrupt);
  try {
    return await new Promise<number>((done, failed) => {
      child.on('error', failed);
      child.on('close', code => done(code ?? 1));
    });
  } finally {
    await helper.close();
    process.off('SIGTERM', forward).off('SIGHUP', forward).off('SIGINT', interrupt);
  }
}
