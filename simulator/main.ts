import { fileURLToPath } from 'node:url';
import { runMain } from './program/run-main.ts';

await runMain(fileURLToPath(import.meta.url));
