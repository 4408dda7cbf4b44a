import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createContext, Script } from 'node:vm';

/** What is used of the package `espruino`, which has no types of its own. */
export interface EspruinoTools {
  readonly Config: Record<string, unknown>;
  readonly Core: {
    Status?: object;
    /** Asked for the line that the terminal stands on. */
    Terminal?: { getTerminalLine(): string };
    readonly Serial: {
      readonly devices: SerialDevice[];
      init(): void;
      open(port: string, connected: (info: unknown) => void, disconnected: () => void): void;
      close(): void;
      startListening(listener: (data: ArrayBuffer) => void): unknown;
      setSlowWrite(isOn: boolean, force: boolean): void;
    };
    readonly Utils: {
      /** Has an expression evaluated where there is a prompt; its value as JSON. */
      executeExpression(
        expression: string,
        callback: (json: string | undefined) => void,
        options: { minTimeout: number; maxTimeout: number },
      ): void;
      /** Statements that write a file into Storage piece by piece, one a line. */
      getUploadFileCode(name: string, contents: string): string;
    };
  };
}

/** A way to a board, as the package wants it. */
export interface SerialDevice {
  readonly name: string;
  getPorts(callback: (ports: readonly { path: string }[], isAll: boolean) => void): void;
  open(
    path: string,
    connected: (info: unknown) => void,
    received: (data: ArrayBuffer) => void,
    disconnected: () => void,
  ): void;
  write(data: string, written: () => void): void;
  close(): void;
}

/** The package's parts that are needed, in the order in which they find each other. */
const PARTS = ['espruino.js', 'core/config.js', 'core/utils.js', 'core/serial.js'];

/**
 * Loads the package's own code for talking to a board, a fresh copy each time.
 *
 * Not by its `index.js`: that puts its parts, jQuery stand-ins and `require` among this process's globals, prints every
 * byte that it sends, secrets among them, and fetches board descriptions from the network. Here the same files run in
 * a context of their own that has timers and nothing else: no console, no network, no files.
 * @returns the package, and the end of its timers, which would go on writing to a port that is closed
 */
export function loadEspruinoTools(): { readonly tools: EspruinoTools; stop(): void } {
  const require = createRequire(import.meta.url);
  const folder = dirname(require.resolve('espruino/package.json'));
  const silent = () => undefined;
  const timers = new Set<NodeJS.Timeout>();
  const kept = (timer: NodeJS.Timeout) => {
    timers.add(timer);
    return timer;
  };
  const context = createContext({
    console: { log: silent, warn: silent, error: silent, info: silent, debug: silent },
    setTimeout: (action: () => void, ms: number, ...values: []) => kept(setTimeout(action, ms, ...values)),
    setInterval: (action: () => void, ms: number) => kept(setInterval(action, ms)),
    clearTimeout,
    clearInterval,
  });
  for (const part of PARTS) {
    const path = join(folder, part);
    new Script(readFileSync(path, 'utf8'), { filename: path }).runInContext(context);
  }
  const tools = context.Espruino as EspruinoTools;
  tools.Core.Status = { setStatus: silent, hasProgress: () => false, incrementProgress: silent };
  return {
    tools,
    stop() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}
