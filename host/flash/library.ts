import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createContext, Script } from 'node:vm';

/** The part in use of the package `espruino`, which has no types of its own and is copied into this one. */
export interface EspruinoTools {
  readonly Config: Record<string, unknown>;
  readonly Core: {
    Status?: object;
    /** Returns the current line of the terminal. */
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
      /** Evaluates an expression at a prompt; returns its value as JSON. */
      executeExpression(
        expression: string,
        callback: (json: string | undefined) => void,
        options: { minTimeout: number; maxTimeout: number },
      ): void;
      /** Returns statements that write a file into Storage piece by piece, one a line. */
      getUploadFileCode(name: string, contents: string): string;
    };
  };
}

/** A connection to a board in the package's form. */
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

/** The required parts of the package, in load order. The build copies them (`host/bundle/main.ts`). */
const PARTS = ['espruino.js', 'core/config.js', 'core/utils.js', 'core/serial.js'];

/** Returns the folder of the copied files. This code runs from its source as well, which has none beside it. */
function toolsFolder(): string {
  const manifest = createRequire(import.meta.url).resolve('passfob/package.json');
  return join(dirname(manifest), 'dist/espruino');
}

/**
 * Loads the package's own code for talking to a board, a fresh copy each time.
 *
 * Does not use its `index.js`, which adds its parts, jQuery stand-ins and `require` to this process's globals, prints
 * every byte that it sends, including secrets, and fetches board descriptions from the network. The same files run
 * here in a context of their own with timers and nothing else: no console, no network, no files.
 * @returns the package, and a function that stops its timers, which would otherwise write to a closed port
 */
export function loadEspruinoTools(): { readonly tools: EspruinoTools; stop(): void } {
  const folder = toolsFolder();
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
