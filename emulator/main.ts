import { fileURLToPath } from 'node:url';
import { runMain } from '@passfob/simulator/cli';

await runMain(
  fileURLToPath(import.meta.url),
  async () => (await import('./board/virtual-board.ts')).virtualBoard,
);
