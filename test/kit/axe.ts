import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const require = createRequire(import.meta.url);
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

interface AxeWindow {
  readonly axe: {
    run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] }>;
  };
}

/**
 * Returns the findings of axe on a page, and the elements that overflow sideways. Only axe may bypass the page's
 * script policy.
 */
export async function findings(page: Pick<Page, 'evaluate'>): Promise<string[]> {
  await page.evaluate(axeSource);
  return page.evaluate(async () => {
    const { violations } = await (window as unknown as AxeWindow).axe.run();
    const found = violations.flatMap(({ id, nodes }) =>
      nodes.map(node => `${id}: ${node.html} ${node.failureSummary ?? ''}`),
    );
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) found.push(`${scrollWidth - clientWidth} px stick out`);
    return found;
  });
}

/** Returns the findings on a desktop by day and on a phone by night. */
export async function inspect(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const [width, height, colorScheme] of [
    [1280, 900, 'light'],
    [320, 700, 'dark'],
  ] as const) {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const place = `${new URL(page.url()).pathname} ${width} ${colorScheme}`;
    found.push(...(await findings(page)).map(text => `${place}: ${text}`));
  }
  return found;
}
