import { fileURLToPath } from 'node:url';
import { runMain } from './run-main.ts';

await runMain(fileURLToPath(import.meta.url));
