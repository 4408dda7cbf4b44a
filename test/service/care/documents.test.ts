import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { careLimits } from '@passfob/service/base/limits/care';
import { expect, it } from 'vitest';
import { root } from '../../tidy/files.ts';

const page = readFileSync(join(root, 'docs/care.md'), 'utf8');

it('docs/care.md has the limits of tasks and questions as they are', () => {
  expect(page).toContain(`at most ${careLimits.tasksOpenMax} tasks that wait`);
  expect(careLimits.putOffMs).toBe(24 * 3_600_000);
  expect(careLimits.holdAfterMs).toBe(60_000);
  expect(careLimits.clockHoldErrorMs).toBe(10_000);
});
