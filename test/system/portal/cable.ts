import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { BrowserContext, Page } from 'playwright-core';
import { bytesOf, textOf } from '../../unit/host/cables/web/wire.ts';

/** Longer than a front needs to end a connection that it refuses. */
const FRONT_ENDS_MS = 200;

/** Bundles the serial ports of a page. */
async function serialScript(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('page/serial.ts', import.meta.url))],
    bundle: true,
    conditions: ['source'],
    write: false,
    format: 'iife',
    target: 'es2022',
  });
  return outputFiles[0]?.text ?? '';
}

/**
 * Connects a page's serial port to the wire of a simulated fob, by its TCP front.
 * @param address `tcp:127.0.0.1:PORT`
 * @param others `silent`: adds a port that says nothing; the page was allowed both before
 */
export async function plugInto(
  context: BrowserContext,
  page: Page,
  address: string,
  others: 'none' | 'silent' = 'none',
): Promise<void> {
  const port = Number(address.split(':').at(-1));
  let socket: Socket | undefined;
  await context.exposeFunction('fobOpen', () => {
    const opening = connect(port, '127.0.0.1');
    return new Promise<boolean>(resolve => {
      opening.on('error', () => resolve(false));
      opening.once('close', () => {
        resolve(false);
        if (socket === opening) tell(() => window.fobGone(), '');
      });
      // A fob never speaks first: before the page is told, only an end can come.
      opening.on('data', bytes => tell(text => window.fobHears(text), textOf(bytes)));
      opening.once('connect', async () => {
        // A front whose cable is out accepts a connection and ends it.
        await pause(FRONT_ENDS_MS);
        if (opening.destroyed || opening.readableEnded) return;
        socket = opening;
        resolve(true);
      });
      opening.once('end', () => resolve(false));
    });
  });
  await context.exposeFunction('fobWrite', (text: string) => {
    socket?.write(bytesOf(text));
  });
  await context.exposeFunction('fobClose', () => {
    const closing = socket;
    socket = undefined;
    closing?.destroy();
  });
  const hasSilent = others === 'silent';
  await context.addInitScript(`globalThis.fobHasSilent = ${hasSilent};\n${await serialScript()}`);

  /** A page that is gone gets nothing any more. */
  function tell(run: (text: string) => void, text: string): void {
    page.evaluate(run, text).catch(() => undefined);
  }
}

declare const window: { fobHears(text: string): void; fobGone(): void };
