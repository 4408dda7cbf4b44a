import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished, TestRunner } from 'vitest';

/**
 * Makes a folder of this computer that is removed when the test has ended; one that a group of tests or a file makes, when
 * that has. Not for hooks, which belong to neither.
 * @param after when it is removed, where that is said
 */
export function temporaryFolder(
  name = 'test',
  after: (remove: () => void) => void = TestRunner.getCurrentTest() ? onTestFinished : afterAll,
): string {
  const folder = mkdtempSync(join(tmpdir(), `passfob-${name}-`));
  // A program that is just ending may still write.
  after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }));
  return folder;
}
