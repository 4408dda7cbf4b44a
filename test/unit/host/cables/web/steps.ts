import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import type { PageSteps } from './page.ts';

/** Returns the script of `page.ts` for a page. */
export async function pageScript(): Promise<string> {
  const entryPoints = [fileURLToPath(new URL('page.ts', import.meta.url))];
  const { outputFiles } = await build({
    entryPoints,
    bundle: true,
    conditions: ['source'],
    write: false,
    platform: 'browser',
    format: 'iife',
  });
  return outputFiles[0]?.text ?? '';
}

type Step = (...args: readonly never[]) => unknown;

/** Returns the steps that a page with the script can take. */
export function stepsOf(page: Page) {
  return async <N extends keyof PageSteps>(
    name: N,
    ...args: Parameters<PageSteps[N]>
  ): Promise<Awaited<ReturnType<PageSteps[N]>>> => {
    const taken = await page.evaluate(
      ([step, given]) => {
        const { passfobPage } = globalThis as unknown as { passfobPage: Record<string, Step> };
        return passfobPage[step]?.(...(given as never[]));
      },
      [name, args] as const,
    );
    return taken as Awaited<ReturnType<PageSteps[N]>>;
  };
}
